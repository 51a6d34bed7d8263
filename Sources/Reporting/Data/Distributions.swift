import Diagnostics
import Formats
import Foundation

/// The contents of `distributions.jsonl`: the distributions of each parameter, its gradient and its update over the
/// steps.
struct Distributions {
  /// One tensor at one step, or at several successive steps drawn at the same place.
  struct Spread: Decodable {
    struct Histogram: Decodable {
      var minimum, maximum: Double
      var counts: [Double]
    }

    let name: String
    let kind: String
    let count: Int
    /// The values at or below which the shares 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99 and 1 of all values are. Of
    /// several steps, the least of each quantile below the median and the greatest of each above it.
    private(set) var quantiles: [Double]
    /// The histogram of the last step.
    private(set) var histogram: Histogram

    /// Whether all numbers are there and counts are valid.
    fileprivate var isWhole: Bool {
      quantiles.count == 9 && count >= 0 && histogram.counts.allSatisfy(\.isCount)
    }

    /// The same with numbers that plots can draw.
    fileprivate var drawable: Spread {
      var spread = self
      spread.quantiles = quantiles.map(\.drawable)
      spread.histogram.minimum = histogram.minimum.drawable
      spread.histogram.maximum = histogram.maximum.drawable
      return spread
    }

    /// Merges the next step into this place.
    fileprivate mutating func add(_ next: Spread) {
      let middle = quantiles.count / 2
      for index in quantiles.indices {
        let (own, new) = (quantiles[index], next.quantiles[index])
        quantiles[index] = index < middle ? min(own, new) : index > middle ? max(own, new) : new
      }
      histogram = next.histogram
    }
  }

  /// One tensor over the run.
  struct History {
    let name: String
    let kind: String
    let count: Int
    /// The last step of each place.
    private(set) var steps: [Double] = []
    private(set) var spreads: [Spread] = []
    private var place = -1

    fileprivate init(name: String, kind: String, count: Int) {
      self.name = name
      self.kind = kind
      self.count = count
    }

    fileprivate mutating func add(_ spread: Spread, step: Double, place: Int) {
      if place == self.place, let last = spreads.indices.last {
        spreads[last].add(spread)
        steps[last] = step
      } else {
        spreads.append(spread)
        steps.append(step)
      }
      self.place = place
    }
  }

  private struct Line: Decodable {
    let step: Double
    let tensors: [Spread]
  }

  /// The tensors, in the order of the first line.
  private(set) var histories: [History] = []

  /// The number of lines to read per place.
  private static let linesPerPlace = 4

  /// Reads a file into about `limit` places at most, evenly over its lines; empty if there is no such file. Of a long
  /// file some lines are skipped, evenly, but none of the steps `kept`.
  /// - Throws: `Failure` (data) naming the file and the line.
  init(path: String, limit: Int, keeping kept: Set<Int>) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let file = LineFile(path: path)
    var count = 0
    try file.forEach { _ in count += 1 }
    let every = max(1, count / (Distributions.linesPerPlace * limit))
    var (number, last) = (0, 0.0)
    var places: [String: Int] = [:]
    let decoder = JSONDecoder.withSpecialNumbers()
    try file.forEach { bytes in
      number += 1
      // Always read the last line, which shows the final weights.
      guard (number - 1).isMultiple(of: every) || number == count || kept.contains(Distributions.step(bytes)) else {
        return
      }
      guard let line = try? decoder.decode(Line.self, from: Data(bytes)), line.step.isCount, line.step > last,
        line.tensors.allSatisfy(\.isWhole)
      else {
        throw Failure(
          .data, "\(path), line \(number), is not a line of distributions",
          advice: "each is one JSON object with step and tensors, as training writes it; steps ascend")
      }
      last = line.step
      let place = (number - 1) * limit / count
      for spread in line.tensors {
        let key = spread.kind + " " + spread.name
        let index = places[key] ?? histories.count
        if index == histories.count {
          places[key] = index
          histories.append(History(name: spread.name, kind: spread.kind, count: spread.count))
        }
        histories[index].add(spread.drawable, step: line.step, place: place)
      }
    }
  }

  /// The step at the beginning of a line; −1 if there is none.
  private static func step(_ line: UnsafeRawBufferPointer) -> Int {
    let start = Array(#"{"step":"#.utf8)
    guard line.starts(with: start) else { return -1 }
    let digits = line.dropFirst(start.count).prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    return Int(String(decoding: digits, as: UTF8.self)) ?? -1
  }
}
