import DPTrain
import Foundation

/// How `evaluate` shows what it measured.
enum EvaluationText {
  private struct Line: Encodable {
    let split: String
    let samples: Int
    let loss: Double
    let accuracy: Double?
    let classes: [String]
    let confusion: [[Int]]
  }

  /// One line of JSON; `confusion` has a row for each actual class.
  static func json(_ report: EvaluationReport) throws -> String {
    let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
    let line = Line(
      split: report.split.rawValue, samples: report.samples, loss: report.loss, accuracy: report.accuracy,
      classes: report.classNames, confusion: report.confusion)
    return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
  }

  /// A row for each class, the loss, and the confusion matrix.
  static func text(_ report: EvaluationReport) -> String {
    guard !report.confusion.isEmpty, let accuracy = report.accuracy else {
      var rows = [["samples", Format.count(report.samples)], ["loss", Format.loss(report.loss)]]
      if let accuracy = report.accuracy { rows.append(["accuracy", Format.percent(accuracy)]) }
      return Format.table(rows, right: [1])
    }
    // A name that nobody would see stands in quotes.
    let names = report.classNames.map { $0.allSatisfy(\.isWhitespace) ? "\"\($0)\"" : $0 }
    var rows = [["class", "samples", "right", "accuracy"]]
    for (index, row) in report.confusion.enumerated() {
      let samples = row.reduce(0, +)
      rows.append([
        names[index], Format.count(samples), Format.count(row[index]),
        samples == 0 ? "–" : Format.percent(Double(row[index]) / Double(samples)),
      ])
    }
    let counted = report.confusion.reduce(0) { $0 + $1.reduce(0, +) }
    let right = report.confusion.enumerated().reduce(0) { $0 + $1.element[$1.offset] }
    rows.append(["all", Format.count(counted), Format.count(right), Format.percent(accuracy)])
    var confusion = [["actual \\ predicted"] + names]
    for (index, row) in report.confusion.enumerated() {
      confusion.append([names[index]] + row.map(Format.count))
    }
    return Format.table(rows, right: [1, 2, 3]) + "\nloss \(Format.loss(report.loss))\n\n"
      + Format.table(confusion, right: Set(1...report.classNames.count))
  }
}
