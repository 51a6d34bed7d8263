import Formats
import Foundation
import Recipes
import Recording
import Training

/// The page about a sweep: the best variant, the table, the metric over each key, parallel coordinates, and all curves.
package struct SweepPage {
  private let state: SweepState
  private let folder: SweepFolder
  private let warnings: [String]
  private let entries: [SweepState.Entry]
  private let rungs: [SweepRung]

  /// The most variants whose curves are drawn: the best ones.
  private static let curveLimit = 200

  /// The page of a state; the curves are read from the run folders. `warnings` say why results may not be compared.
  package init(_ state: SweepState, folder: SweepFolder, warnings: [String] = []) {
    self.state = state
    self.folder = folder
    self.warnings = warnings
    entries = state.entries
    rungs = SweepRung.all(of: state)
  }

  /// Writes the page to a file, by default the sweep's: first to a temporary file, which is then renamed.
  /// - Throws: `Failure` naming the file that cannot be written.
  package func write(to path: String? = nil) throws { try folder.write(html(), to: path ?? folder.page) }

  /// The page's HTML.
  func html() throws -> String {
    let count = Format.count(state.plan.variants.count, "variant")
    let sections = [best, means, table, keys, coordinates, curves].filter { !$0.isEmpty }
    return try Page(
      title: "Sweep of \(state.plan.name)",
      subtitle: "\(state.plan.source) · \(count) of \(state.plan.keys.joined(separator: ", "))",
      sections: sections
    ).html()
  }

  private var metric: String { state.metric?.name ?? "loss" }
  private var names: [String] { SweepTable.shortNames(state.plan.keys) }
  /// What figures with a view for each rung say.
  private var rungNotes: [String] {
    rungs.count > 1
      ? ["Only variants that had as many epochs are compared: choose above a figure after how many."] : []
  }

  private var best: Section {
    var section = Section(title: "Best")
    guard let winner = state.winner, let result = winner.result else {
      section.notes = [state.undefinedMetric ?? "No variant has all its epochs yet."]
      return section
    }
    let measured = result.measurements.enumerated().map { place, measurement in
      // The metric is that of the monitored samples, which come first.
      let value = place == 0 && Metric(name: metric)?.isFurther == true ? result.value : nil
      let judged = value.map { "\(metric) \(Format.metric(named: metric, $0)), " } ?? ""
      let accuracy = measurement.accuracy.map { "accuracy \(Format.percent($0)), " } ?? ""
      return [
        measurement.split.rawValue,
        "\(judged)\(accuracy)loss \(Format.loss(measurement.loss)), after epoch \(measurement.epoch)",
      ]
    }
    let run = folder.run(winner.variant.number)
    let command = (["dp-train train", state.plan.source] + state.plan.overrides(of: winner.variant)).joined(
      separator: " ")
    section.tables = [
      Table(
        headings: ["variant", "\(winner.variant.number)"],
        rows: zip(state.plan.keys, winner.variant.values).map { [$0, $1] } + measured
          + [["run", run.path], ["command", command]])
    ]
    section.notes = warnings
    if result.measurements.first?.split == .test {
      section.notes += [
        "The variants were compared on the test samples, since there are no validation samples. The best value of many is "
          + "better than that variant would be on new samples."
      ]
    }
    if let text = try? String(contentsOfFile: run.recipe, encoding: .utf8) {
      section.texts = [("The recipe of the best variant, every key, to copy", text)]
    }
    return section
  }

  private var means: Section {
    var section = Section(title: "Means")
    guard let means = SweepMeans(state) else { return section }
    let rows = means.rows
    section.notes = [
      "The \(means.title), with the standard deviation. The best single variant is also the luckiest; settings are compared by "
        + "their means." + (means.command.map { " The best mean: \($0)" } ?? "")
    ]
    section.tables = [Table(headings: rows[0], rows: Array(rows.dropFirst()), right: means.right)]
    return section
  }

  private var table: Section {
    var section = Section(title: "Variants")
    let table = SweepTable(state)
    let rows = table.rows
    section.tables = [
      Table(headings: rows[0], rows: Array(rows.dropFirst().prefix(100)), right: table.right),
      Table(
        headings: rows[0], rows: Array(rows.dropFirst().dropFirst(100)), right: table.right,
        summary: "\(Format.count(max(0, rows.count - 101))) more"),
    ].filter { !$0.rows.isEmpty }
    section.notes = entries.compactMap { entry in
      entry.result?.failure.map { "Variant \(entry.variant.number) failed: \($0)" }
    }
    return section
  }

  private var keys: Section {
    var section = Section(title: "Each key")
    guard !rungs.isEmpty else { return section }
    section.notes = rungNotes
    section.figures = state.plan.keys.enumerated().map { column, key in
      let charts = rungs.map { rung in
        KeyPlot(
          key: key, isLogarithmic: state.plan.isLogarithmic(key), metric: metric,
          points: rung.values.map { variant, value in (variant.values[column], value, words(variant, value)) }
        ).chart
      }
      return Figure(
        key, legend: charts[0].legend,
        views: zip(rungs, charts).map { Figure.View(name: $0.name, drawing: $1.drawing(title: key)) })
    }
    return section
  }

  private var coordinates: Section {
    var section = Section(title: "All keys")
    let title = "Parallel coordinates"
    let axes = zip(names, state.plan.keys).map { (name: $0, isLogarithmic: state.plan.isLogarithmic($1)) }
    let plots = rungs.filter { $0.values.count > 1 }.map { rung in
      let plot = ParallelCoordinates(
        axes: axes, metric: metric, isGreatestBest: state.metric?.isGreatestBest ?? false,
        lines: rung.values.map { variant, value in (variant.values, value, words(variant, value)) })
      return Figure.View(name: rung.name, drawing: plot.drawing(title: title))
    }
    guard !plots.isEmpty else { return section }
    section.notes = rungNotes
    section.figures = [
      Figure(
        title, note: "Each line is a variant, from its values to its \(metric). The best tenth is drawn stronger.",
        legend: ParallelCoordinates.legend, views: plots)
    ]
    return section
  }

  /// The values of a variant and what came of it, for hovering.
  private func words(_ variant: SweepPlan.Variant, _ value: Double) -> String {
    let values = zip(names, variant.values).map { "\($0) \($1)" }
    let result = "\(metric) \(Format.metric(named: metric, value))"
    return (["variant \(variant.number): \(result)"] + values).joined(separator: "\n")
  }

  private var curves: Section {
    var section = Section(title: "Curves")
    let shown = entries.filter { $0.result?.failure == nil }.prefix(Self.curveLimit).map(\.variant.number)
    guard let best = shown.first else { return section }
    // The best is drawn last, over the others.
    let runs = shown.reversed().map { number in
      EpochCurves.Run(
        name: "variant \(number)", colour: number == best ? 1 : 0, style: number == best ? .strong : .faint,
        columns: EpochColumns(path: folder.run(number).epochs))
    }
    let legend = [
      LegendEntry(name: "variant \(best), the best", swatch: "line c1 strong"),
      LegendEntry(name: "the others", swatch: "line c0 faint"),
    ]
    section.figures = EpochCurves(runs: runs, legend: legend).figures(
      loss: "Loss by epoch", accuracy: "Accuracy by epoch")
    if entries.count > Self.curveLimit { section.notes = ["The curves of the \(Self.curveLimit) best variants."] }
    return section
  }
}
