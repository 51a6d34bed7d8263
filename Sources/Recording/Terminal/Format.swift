import Diagnostics
import Foundation
import Training

/// Formats numbers for people.
public enum Format {
  /// For example `0:42`, `12:05` or `3:20:00`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds < 1e12 else { return "∞" }
    let whole = Int(max(0, seconds).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
  }

  /// A duration in suitable precision, for example `0.42 s` or `12:05`.
  public static func seconds(_ seconds: Double) -> String {
    seconds < 60 ? String(format: "%.2f s", seconds) : duration(seconds)
  }

  /// A number in thousands: 12,345 for 12,345,678.
  public static func thousands(_ value: Int) -> String {
    value < 10_000 ? String(format: "%.1f", Double(value) / 1000) : count(Int((Double(value) / 1000).rounded()))
  }

  /// A share as a percentage, for example `99.2 %`; "–" for a share of nothing.
  public static func percent(_ share: Double) -> String {
    share.isNaN ? "–" : String(format: "%.1f %%", share * 100)
  }

  /// A loss, for example `0.0123`, or `3.2e+07` if it is very large or small.
  public static func loss(_ value: Double) -> String {
    guard !value.isNaN else { return value.text }
    let isPlain = value == 0 || (0.001..<100_000).contains(value.magnitude)
    return String(format: isPlain ? "%.4f" : "%.1e", value)
  }

  /// The weights of classes or events, of many only the first.
  public static func weights(_ weights: [Double]) -> String {
    weights.prefix(8).map(loss).joined(separator: ", ") + (weights.count > 8 ? ", …" : "")
  }

  /// A metric's value: a percentage if it is a share, "–" if it is not defined.
  public static func metric(_ metric: Metric, _ value: Double?) -> String {
    guard let value else { return "–" }
    return metric.isShare ? percent(value) : loss(value)
  }

  /// The value of a metric of this name, which may be one of another version.
  public static func metric(named name: String, _ value: Double) -> String {
    Metric(name: name).map { metric($0, value) } ?? loss(value)
  }

  /// The result of an evaluation: the accuracy if there is one, else the loss; then the metric that judges the training, if it
  /// is another one. Its value is nil if it is not defined.
  public static func evaluation(
    split: String, accuracy: Double?, loss: Double, monitored: (metric: String, value: Double?)? = nil
  ) -> String {
    let main = "\(split) \(accuracy.map(percent) ?? self.loss(loss))"
    guard let (name, value) = monitored, name != (accuracy == nil ? "loss" : "accuracy") else { return main }
    return main + ", \(name) \(value.map { metric(named: name, $0) } ?? "–")"
  }

  /// A whole number with separators, for example `12,345`.
  public static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits[...], at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// A number and a noun: "1 step", "2,000 steps".
  public static func count(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  /// The whole part of a number with separators; without them if a Double does not hold all digits.
  public static func count(_ value: Double) -> String {
    value.isNaN ? value.text : value.magnitude < 0x1p53 ? count(Int(value)) : String(format: "%g", value)
  }

  /// How ranks share shards, for example `11 and 5 of 16 shards`; of many ranks the least and the most.
  public static func shares(_ counts: [Int]) -> String {
    let all = count(counts.reduce(0, +), "shard")
    let texts = counts.map(String.init)
    guard let last = texts.last, texts.count > 1 else { return all }
    guard texts.count <= 8 else { return "\(counts.min() ?? 0) to \(counts.max() ?? 0) of \(all)" }
    return "\(texts.dropLast().joined(separator: ", ")) and \(last) of \(all)"
  }

  /// A size in bytes, for example `1.2 MiB`.
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : String(format: "%.1f %@", value, units[unit])
  }

  /// Rows of columns, each as wide as its widest cell. Columns in `right` are right-aligned. Control characters in
  /// cells are made visible.
  public static func table(_ rows: [[String]], right: Set<Int> = []) -> String {
    let rows = rows.map { $0.map { $0.visible() } }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    let lines = rows.map { row in
      row.enumerated().map { column, cell in
        let pad = String(repeating: " ", count: widths[column] - cell.count)
        return right.contains(column) ? pad + cell : column == row.count - 1 ? cell : cell + pad
      }.joined(separator: "  ")
    }
    // Empty cells at the end of a row leave no blanks.
    return lines.map { $0.withoutBlanksAtEnd + "\n" }.joined()
  }
}

extension String {
  /// The text up to its last character that is not a blank.
  var withoutBlanksAtEnd: String { lastIndex { $0 != " " }.map { String(self[...$0]) } ?? "" }
}
