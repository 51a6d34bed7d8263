import Formats
import Foundation

/// A line of `metrics.jsonl`, as far as is needed to see how a run goes.
struct MetricsLine: Decodable {
  let event: String
  let step, epoch: Int
  let loss: Double
  let accuracy: Double?
  let samplesPerSecond, waitingSeconds: Double?
  let split: String?

  /// Whether the numbers can be those of a training.
  fileprivate var isPossible: Bool { step >= 0 && epoch >= 0 && step < 1 << 53 && epoch < 1 << 53 }
}

/// Reads a `metrics.jsonl` that still grows, or is cut back where its run is resumed.
struct MetricsTail {
  private let path: String
  private let decoder = JSONDecoder.withSpecialNumbers()
  private var offset = 0

  /// Nothing is read yet.
  init(path: String) {
    self.path = path
  }

  /// The complete lines that have come since the last call; `isNew` where the file was cut back meanwhile, and these are
  /// all. None where there is no file. Lines that are damaged are left out.
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
