import Datasets
import Diagnostics
import Foundation
import Recipes
import Recording
import Training

/// The table of a cross-validation: for each fold the metrics at the end and at its best, then their mean and standard
/// deviation.
package struct FoldTable {
  /// A column of numbers.
  private struct Column {
    let name: String
    let values: [Double?]
    /// A value for people.
    let format: (Double) -> String
    /// Whether the mean of the folds means anything.
    var isAveraged = true
    /// Whether a terminal shows it.
    var isMain = true

    /// The mean and the standard deviation of the folds that have a value; nil if they mean nothing.
    var moments: Moments? { isAveraged ? Moments(values) : nil }
  }

  private let columns: [Column]

  /// The table of the folds' results, in order. `monitor` chose the best weights.
  package init(_ results: [RunResult], monitor: Monitor) {
    let reports = results.flatMap(\.evaluations)
    let metrics = FoldTable.metrics(of: reports)
    let monitored = monitor.name { name in metrics.contains { $0.name == name } }
    func column(
      _ prefix: String, _ metric: Metric, isMain: Bool, _ report: (RunResult) -> EvaluationReport?
    ) -> Column {
      Column(
        name: prefix + metric.name, values: results.map { report($0)?.value(of: metric.name) },
        format: { Format.metric(metric, $0) }, isMain: isMain)
    }
    func count(_ name: String, _ values: [Int?]) -> Column {
      Column(name: name, values: values.map { $0.map(Double.init) }, format: { Format.count($0) }, isAveraged: false)
    }
    func last(_ split: Split) -> (RunResult) -> EvaluationReport? {
      { result in result.evaluations.first { $0.split == split } }
    }
    func isMain(_ metric: Metric) -> Bool { !metric.isFurther || metric.name == monitored }
    var columns = [
      count("training", results.map(\.samples)), count("validation", results.map { last(.validation)($0)?.samples }),
      count("epochs", results.map(\.epochs)),
    ]
    columns += metrics.map { column("", $0, isMain: isMain($0), last(.validation)) }
    if results.contains(where: { $0.best != nil }) {
      columns.append(count("best epoch", results.map { $0.best?.epoch }))
      columns += metrics.map { column("best ", $0, isMain: $0.name == monitored, \.best) }
    }
    if results.contains(where: { last(.test)($0) != nil }) {
      columns += metrics.map { column("test ", $0, isMain: isMain($0), last(.test)) }
    }
    self.columns = columns.filter { column in column.values.contains { $0 != nil } }
  }

  /// The metrics that the reports have: accuracy and loss first.
  private static func metrics(of reports: [EvaluationReport]) -> [Metric] {
    var found: [Metric] = [.accuracy, .loss].filter { metric in
      reports.contains { $0.value(of: metric.name) != nil }
    }
    for value in reports.flatMap(\.furtherMetrics) where !found.contains(value.metric) { found.append(value.metric) }
    return found
  }

  /// The rows for people: names, a row for each fold, the mean and the standard deviation. Without `all` those columns alone
  /// that a terminal has room for.
  package func rows(all: Bool) -> [[String]] {
    FoldTable.rows(of: columns.filter { all || $0.isMain }) { column, value in column.format(value) }
  }

  /// The right-aligned columns: all with numbers.
  package var right: Set<Int> { Set(1...columns.count) }

  /// The table as CSV, with all digits.
  package var csv: String {
    let rows = FoldTable.rows(of: columns) { _, value in Int(exactly: value).map(String.init) ?? value.text }
    let heads = rows[0].map { $0.replacing(" ", with: "-") }
    return ([heads] + rows.dropFirst()).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// The rows of some columns: names, folds, mean and deviation. `text` writes a value; one that is missing is empty.
  private static func rows(of columns: [Column], text: (Column, Double) -> String) -> [[String]] {
    func row(_ name: String, _ value: (Column) -> Double?) -> [String] {
      [name] + columns.map { column in value(column).map { text(column, $0) } ?? "" }
    }
    let folds = (columns.first?.values.indices ?? 0..<0).map { fold in row("\(fold + 1)") { $0.values[fold] } }
    return [["fold"] + columns.map(\.name)] + folds
      + [row("mean") { $0.moments?.mean }, row("deviation") { $0.moments?.deviation }]
  }
}
