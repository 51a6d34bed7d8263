import Foundation
import Recording
import Training

/// Several runs side by side as text: the keys that differ, results, times and small curves.
package struct RunComparison {
  /// The widest cell if output is no terminal, and the least width of a run's column on one.
  private static let (plainWidth, leastWidth) = (60, 18)
  /// The greatest number of differing keys that are shown.
  private static let shownKeys = 40
  /// The widest curve.
  private static let curveWidth = 32

  private let runs: [ComparedRun]

  /// Reads the runs' folders.
  /// - Throws: `Failure` (noInput, data, configuration) naming the file that is missing or damaged.
  package init(_ folders: [RunFolder]) throws {
    runs = try zip(folders, ReportedRun.names(folders)).map { try ComparedRun($0, name: $1) }
  }

  /// The tables, for a terminal of `width` columns; nil for a file or a pipe. Runs that do not fit side by side follow below.
  package func text(width: Int?) -> String {
    let rows = rows
    let first = rows.map { $0.name.count }.max() ?? 0
    let perTable = width.map { max(1, ($0 - first - 1) / (RunComparison.leastWidth + 2)) } ?? runs.count
    let tables = stride(from: 0, to: runs.count, by: perTable).map { start -> String in
      let shown = start..<min(start + perTable, runs.count)
      let cell = width.map { max(8, ($0 - first - 1) / shown.count - 2) } ?? RunComparison.plainWidth
      return Format.table(
        rows.map { row in [row.name] + shown.map { row.cell($0, width: cell).shortened(to: cell) } })
    }
    return tables.joined(separator: "\n") + (rows.contains { $0.marksBest } ? "\n* the best of these runs\n" : "")
  }

  /// A row: a name, and a function that makes a run's cell for a width.
  private struct Row {
    let name: String
    var marksBest = false
    let cell: (_ run: Int, _ width: Int) -> String

    func cell(_ run: Int, width: Int) -> String { cell(run, width) }
  }

  private func row(_ name: String, _ text: (ComparedRun) -> String?) -> [Row] {
    let cells = runs.map(text)
    guard cells.contains(where: { $0 != nil }) else { return [] }
    return [Row(name: name) { run, _ in cells[run] ?? "–" }]
  }

  private let blank = Row(name: "") { _, _ in "" }

  private var rows: [Row] {
    let results = row("training loss") { $0.trainingLoss.map(Format.loss) } + splits.flatMap(results)
    let times =
      row("steps") { Format.count($0.steps) } + row("time of steps") { $0.seconds.map(Format.seconds) }
      + row("ranks") { $0.environment.map { "\($0.ranks)" } } + row("begun") { $0.environment?.started }
    let weights = runs.contains { $0.metrics?.end?.restored != nil } ? row("weights") { $0.weights } : []
    return row("run") { $0.name } + row("state") { $0.state } + weights + [blank] + keyRows + [blank] + results
      + [blank] + times + [blank] + curves
  }

  // MARK: Keys

  private var keyRows: [Row] {
    let all = runs.map { run in Dictionary(run.keys.map { ($0.key, $0.value) }) { first, _ in first } }
    var keys: [String] = []
    for key in runs.flatMap({ $0.keys.map(\.key) }) where key != "name" && !keys.contains(key) { keys.append(key) }
    let differing = keys.filter { key in
      // A key that a recipe of another version does not name has an unknown value there.
      let values = runs.indices.filter { all[$0][key] != nil || runs[$0].knowsRecipe }.map { all[$0][key] }
      return Set(values).count > 1
    }
    guard !differing.isEmpty else { return [Row(name: "no key differs") { _, _ in "" }] }
    let left = differing.count - RunComparison.shownKeys
    return differing.prefix(RunComparison.shownKeys).map { key in Row(name: key) { run, _ in all[run][key] ?? "–" } }
      + (left > 0 ? [Row(name: "and \(Format.count(left)) more keys") { _, _ in "" }] : [])
  }

  // MARK: Results

  /// The evaluated parts of the data, of all runs.
  private var splits: [String] {
    runs.flatMap { $0.metrics?.splits ?? [] }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// A number of evaluations.
  private struct Measure {
    let name: String
    let value: (Metrics.Evaluation) -> Double
    let isGreaterBetter: Bool
    let text: (Double) -> String

    /// A metric of an evaluation.
    init(_ metric: Metric) {
      name = metric.name
      isGreaterBetter = metric.direction == .greatest
      text = { Format.metric(metric, $0) }
      value = { evaluation in
        switch metric {
        case .loss: evaluation.loss
        case .accuracy: evaluation.accuracy
        default: evaluation.metrics[metric.name] ?? .nan
        }
      }
    }
  }

  /// Loss, accuracy, and the further metrics that runs have, in the order of tables.
  private var measures: [Measure] {
    let names = Set(runs.flatMap { $0.metrics?.evaluations.last?.metrics.keys.map(\.self) ?? [] })
    let further = Metric.names.filter { names.contains($0) } + names.filter { !Metric.names.contains($0) }.sorted()
    return ([.loss, .accuracy] + further.compactMap { Metric(name: $0) }).map { Measure($0) }
  }

  /// The last and the best value of each measure on a part of the data; in place of the last one that of the best weights, if
  /// a run ended with these.
  private func results(_ split: String) -> [Row] {
    measures.flatMap { measure -> [Row] in
      let evaluations = runs.map { run in
        (run.metrics?.evaluations ?? []).filter { $0.split == split && !measure.value($0).isNaN }
      }
      let best = evaluations.map { run in
        run.reduce(nil as Metrics.Evaluation?) { best, next in
          guard let best else { return next }
          let (old, new) = (measure.value(best), measure.value(next))
          return measure.isGreaterBetter ? (new > old ? next : best) : (new < old ? next : best)
        }
      }
      let final = zip(runs, evaluations).map { run, own in
        run.metrics?.final(split).flatMap { measure.value($0).isNaN ? nil : $0 } ?? own.last
      }
      let name = "\(split) \(measure.name)"
      let isRestored = runs.contains { $0.metrics?.end?.restored != nil }
      // A part that is measured once, such as the test samples after the end, has no best besides the last.
      guard evaluations.contains(where: { $0.count > 1 }) else {
        return values(name, measure, final) { _ in "" }
      }
      return values("\(name), \(isRestored ? "of the weights" : "last")", measure, final) { _ in "" }
        + values("\(name), best", measure, best) { " in epoch \(Format.count(Int($0.epoch)))" }
    }
  }

  private func values(
    _ name: String, _ measure: Measure, _ evaluations: [Metrics.Evaluation?], note: (Metrics.Evaluation) -> String
  ) -> [Row] {
    let numbers = evaluations.map { $0.map(measure.value) }
    let known = numbers.compactMap(\.self)
    guard let best = measure.isGreaterBetter ? known.max() : known.min() else { return [] }
    // A mark on all runs, or on the only one, would say nothing.
    let marks = known.count > 1 && known.contains { $0 != best }
    let cells = zip(evaluations, numbers).map { evaluation, number -> String in
      guard let evaluation, let number else { return "–" }
      return measure.text(number) + note(evaluation) + (marks && number == best ? " *" : "")
    }
    return [Row(name: name, marksBest: marks) { run, _ in cells[run] }]
  }

  // MARK: Curves

  /// Curves of the losses. All runs have the same scales: the highest loss of all is the tallest, and the longest run takes
  /// the whole width.
  private var curves: [Row] {
    let longest = Double(runs.map(\.steps).max() ?? 0)
    func curve(_ name: String, _ values: (Metrics) -> [Double]) -> [Row] {
      let points = runs.map { $0.metrics.map(values) ?? [] }
      guard points.contains(where: { $0.count > 1 }) else { return [] }
      let all = points.map { $0.reduce(into: LossCurve()) { $0.add($1) } }
      let bounds = all.compactMap(\.bounds)
      guard let low = bounds.map(\.lowerBound).min(), let high = bounds.map(\.upperBound).max() else { return [] }
      return [
        Row(name: name) { run, width in
          let cells = Double(min(width, RunComparison.curveWidth)) * Double(runs[run].steps) / max(longest, 1)
          return all[run].sparkline(width: max(1, Int(cells.rounded())), bounds: low...high)
        }
      ]
    }
    return curve("course of training loss") { $0[.loss] }
      + splits.flatMap { split in
        curve("course of \(split) loss") { $0.evaluations.filter { $0.split == split }.map(\.loss) }
      }
  }
}

extension String {
  /// The text, or its beginning and its end if it is longer than `width`.
  fileprivate func shortened(to width: Int) -> String {
    guard count > width, width > 2 else { return self }
    let end = (width - 1) / 2
    return prefix(width - 1 - end) + "…" + suffix(end)
  }
}
