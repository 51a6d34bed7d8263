import Diagnostics
import Formats
import Foundation

/// What `distributions.jsonl` tells: how the values of each parameter and of its gradient were spread, step by step.
struct Distributions {
  /// One tensor at one step.
  struct Spread: Decodable {
    struct Histogram: Decodable {
      var minimum, maximum: Double
      var counts: [Double]
    }

    let name: String
    let kind: String
    let count: Int
    /// The values that the shares 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99 and 1 of all lie at or below.
    var quantiles: [Double]
    var histogram: Histogram

    /// Whether there are as many numbers as there are to be, and counts are such.
    fileprivate var isWhole: Bool {
      quantiles.count == 9 && count >= 0 && histogram.counts.allSatisfy(\.isCount)
    }

    /// The same with numbers that plots can place.
    fileprivate var drawable: Spread {
      var spread = self
      spread.quantiles = quantiles.map(\.drawable)
      spread.histogram.minimum = histogram.minimum.drawable
      spread.histogram.maximum = histogram.maximum.drawable
      return spread
    }
  }

  /// One tensor over the run.
  struct History {
    let name: String
    let kind: String
    let count: Int
    fileprivate(set) var steps: [Double] = []
    fileprivate(set) var spreads: [Spread] = []
  }

  private struct Line: Decodable {
    let step: Double
    let tensors: [Spread]
  }

  /// The tensors in the order of the first line.
  private(set) var histories: [History] = []

  /// Reads at most about `limit` lines, evenly over the run; nothing where there is no such file.
  /// - Throws: `Failure` (data) naming the file and the line.
  init(path: String, limit: Int) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let file = LineFile(path: path)
    var count = 0
    try file.forEach { _ in count += 1 }
    let every = max(1, (count + limit - 1) / limit)
    var (number, last) = (0, 0.0)
    var places: [String: Int] = [:]
    let decoder = JSONDecoder.withSpecialNumbers()
    try file.forEach { bytes in
      number += 1
      // The last line shows what the weights became.
      guard (number - 1).isMultiple(of: every) || number == count else { return }
      guard let line = try? decoder.decode(Line.self, from: Data(bytes)), line.step.isCount, line.step > last,
        line.tensors.allSatisfy(\.isWhole)
      else {
        throw Failure(
          .data, "\(path), line \(number), is no line of distributions",
          advice: "each is one JSON object with step and tensors, as training writes it; steps ascend")
      }
      last = line.step
      for spread in line.tensors {
        let key = spread.kind + " " + spread.name
        let place = places[key] ?? histories.count
        if place == histories.count {
          places[key] = place
          histories.append(History(name: spread.name, kind: spread.kind, count: spread.count))
        }
        histories[place].steps.append(line.step)
        histories[place].spreads.append(spread.drawable)
      }
    }
  }
}
