import Formats
import Foundation

/// The parts of a line of `metrics.jsonl` that show how a run is doing.
struct MetricsLine: Decodable {
  let event: String
  let step, epoch: Int
  /// Nil in the line of the end, and if no label of a step or an evaluation counts.
  let loss: Double?
  let accuracy: Double?
  let samplesPerSecond, waitingSeconds: Double?
  let split: String?
  /// The further metrics of an evaluation that are defined, by name.
  let metrics: [String: Double]

  private enum CodingKeys: CodingKey {
    case event, step, epoch, loss, accuracy, samplesPerSecond, waitingSeconds, split
  }

  /// Any key.
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    event = try values.decode(String.self, forKey: .event)
    step = try values.decode(Int.self, forKey: .step)
    epoch = try values.decode(Int.self, forKey: .epoch)
    loss = try values.decodeIfPresent(Double.self, forKey: .loss)
    accuracy = try values.decodeIfPresent(Double.self, forKey: .accuracy)
    samplesPerSecond = try values.decodeIfPresent(Double.self, forKey: .samplesPerSecond)
    waitingSeconds = try values.decodeIfPresent(Double.self, forKey: .waitingSeconds)
    split = try values.decodeIfPresent(String.self, forKey: .split)
    guard event == "evaluation" else {
      metrics = [:]
      return
    }
    let all = try decoder.container(keyedBy: Name.self)
    let numbers = all.allKeys.compactMap { key in
      (try? all.decodeIfPresent(Double.self, forKey: key)).map { (key.stringValue, $0) }
    }
    metrics = Dictionary(numbers) { first, _ in first }
  }

  /// Whether a training can have such numbers.
  fileprivate var isPossible: Bool {
    step >= 0 && epoch >= 0 && step < 1 << 53 && epoch < 1 << 53
  }

  /// Whether the training ended early, or with its best weights.
  var isEnd: Bool { event == "end" }
}

/// Reads a `metrics.jsonl` that still grows, and may be cut back if its run is resumed.
struct MetricsTail {
  private let path: String
  private let decoder = JSONDecoder.withSpecialNumbers()
  private var offset = 0

  /// Starts before the first line.
  init(path: String) {
    self.path = path
  }

  /// Reads the complete lines since the last call. If the file was cut back meanwhile, `isNew` is true and these are
  /// all lines. There are none without a file. Damaged lines are left out.
  mutating func read() -> (lines: [MetricsLine], isNew: Bool) {
    guard let file = FileHandle(forReadingAtPath: path), let end = try? file.seekToEnd() else { return ([], false) }
    defer { try? file.close() }
    let isNew = Int(end) < offset
    if isNew { offset = 0 }
    guard (try? file.seek(toOffset: UInt64(offset))) != nil, let data = try? file.readToEnd(),
      let last = data.lastIndex(of: UInt8(ascii: "\n"))
    else { return ([], isNew) }
    let complete = data[...last]
    offset += complete.count
    let lines = complete.split(separator: UInt8(ascii: "\n"))
      .compactMap { try? decoder.decode(MetricsLine.self, from: $0) }.filter(\.isPossible)
    return (lines, isNew)
  }
}
