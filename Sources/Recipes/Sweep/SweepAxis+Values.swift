import Diagnostics
import Foundation
import Tensors

extension SweepAxis {
  /// All values of the axis, for a grid.
  /// - Throws: `Failure` (usage) if it is a range of numbers that are not whole, or of more than `limit`.
  func all(limit: Int) throws -> [String] {
    switch values {
    case .list(let list): return list
    case .range(let low, let high, let isWhole, let isLogarithmic):
      guard isWhole, !isLogarithmic else {
        throw Failure(
          .usage, "command line: \"\(text)\" has infinitely many values",
          advice: "say how many to draw with --random N, or write values with commas between them")
      }
      guard high - low < Double(limit) else {
        throw Failure(
          .usage, "command line: \"\(text)\" has more than \(limit) values",
          advice: "draw some with --random N, or take fewer")
      }
      return stride(from: Int(low), through: Int(high), by: 1).map(String.init)
    }
  }

  /// The value of the axis with this random word.
  func value(at word: UInt32) -> String {
    switch values {
    case .list(let list): return list[Philox.integer(word, in: 0...list.count - 1)]
    case .range(let low, let high, let isWhole, let isLogarithmic):
      let share = (Double(word) + 0.5) * 0x1p-32
      guard isWhole else {
        let value =
          isLogarithmic
          ? exponential(naturalLogarithm(low) + share * (naturalLogarithm(high) - naturalLogarithm(low)))
          : low + share * (high - low)
        return Self.rounded(value, from: low, to: high)
      }
      // Each number stands for those that are rounded to it, so that the ends are as likely as their neighbours.
      let (start, end) = (low - 0.5, high + 0.5)
      let value =
        isLogarithmic
        ? exponential(naturalLogarithm(start) + share * (naturalLogarithm(end) - naturalLogarithm(start)))
        : start + share * (end - start)
      return String(Int(min(max(value.rounded(), low), high)))
    }
  }

  /// The ends of a range, for checks; the values of a list.
  var samples: [String] {
    switch values {
    case .list(let list): list
    case .range(let low, let high, let isWhole, _):
      [low, high].map { isWhole ? String(Int($0)) : Self.digits($0, 17) }
    }
  }

  /// A value with four digits, which people can read and copy; with more if it would otherwise leave its range.
  private static func rounded(_ value: Double, from low: Double, to high: Double) -> String {
    for count in [4, 8] {
      let text = digits(value, count)
      if let number = Double(text), low...high ~= number { return text }
    }
    return digits(value, 17)
  }

  private static func digits(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)g", value) }
}
