import Recording
import Training

/// The metrics of the last evaluations, or of those of restored weights, over the epochs, and of each class, label or output; ROC and precision-recall curves.
struct MetricSection {
  let runs: [ReportedRun]

  /// The most classes, labels or outputs in a table that is not folded.
  private static let shownParts = 30

  /// The evaluation of a part of a run's data that belongs to its weights.
  private struct Last {
    let title: String
    let evaluation: Metrics.Evaluation
  }

  var section: Section {
    var section = Section(title: "Metrics")
    let metrics = metrics
    guard !metrics.isEmpty else { return section }
    let last = lastEvaluations
    section.tables = [
      Table(
        headings: ["metric"] + last.map(\.title),
        rows: metrics.map { metric in [metric.name] + last.map { text(metric, $0.evaluation) } },
        right: Set(1...last.count))
    ]
    let areRestored = runs.contains { $0.metrics.end?.restored != nil }
    section.notes = [
      "Of the last evaluation\(areRestored ? ", or if the best weights were restored, of that of their epoch" : ""). "
        + "– means that a metric is not defined for the samples."
    ]
    let curves = metrics.compactMap(byEpochs)
    if !curves.isEmpty { section.folded = [Folded(summary: "Metrics by epoch", figures: curves)] }
    for run in runs {
      guard case .success(let trained) = run.trained, let report = trained.evaluation else { continue }
      let owner = runs.count > 1 ? ": \(run.name)" : ""
      section.tables += parts(report, owner)
      section.figures += rankings(report, owner)
    }
    return section
  }

  /// All metrics that some evaluation has, in the order of tables.
  private var metrics: [Metric] {
    let names = Set(runs.flatMap { $0.metrics.evaluations.flatMap { $0.metrics.keys } })
    return names.compactMap(Metric.init(name:)).sorted()
  }

  private var lastEvaluations: [Last] {
    runs.flatMap { run in
      run.metrics.splits.compactMap { split in
        run.metrics.final(split).map {
          let title = runs.count > 1 ? "\(run.name): \(split)" : split
          return Last(title: title + (run.metrics.end?.restored.map { " (\($0))" } ?? ""), evaluation: $0)
        }
      }
    }
  }

  private func text(_ metric: Metric, _ evaluation: Metrics.Evaluation) -> String {
    guard let value = evaluation.metrics[metric.name] else { return "" }
    return Format.metric(metric, value.isNaN ? nil : value)
  }

  /// A metric over the epochs; nil if no run has two evaluations.
  private func byEpochs(_ metric: Metric) -> Figure? {
    let name = metric.name
    let factor = metric.isShare ? 100.0 : 1
    let marks = runs.flatMap { run in
      run.metrics.splits.map { split in
        let points = run.metrics.evaluations.filter { $0.split == split }.map {
          Mark.Point(x: $0.epoch, y: ($0.metrics[name] ?? .nan) * factor)
        }
        return Mark.line(
          name: runs.count > 1 ? "\(run.name): \(split)" : split,
          colour: runs.count > 1 ? run.colour : CurveSection.splitColours[split] ?? 3, style: .dotted,
          points: points.thinned(to: run.columns))
      }
    }
    guard marks.contains(where: { $0.xs.count > 1 }) else { return nil }
    return Figure(
      "\(name) by epoch", Chart(x: Axis("epoch"), y: Axis(metric.isShare ? "\(name) (%)" : name), marks: marks))
  }

  private func parts(_ report: EvaluationReport, _ owner: String) -> [Table] {
    let metrics = report.partMetrics
    guard let count = metrics.first?.parts.count else { return [] }
    let rows = (0..<count).map { index in
      [name(of: index, report)] + metrics.map { Format.metric($0.metric, $0.parts[index]) }
    }
    let title = "\(report.partNoun) of the \(report.split.rawValue) samples\(owner)"
    return [
      Table(
        headings: [title] + metrics.map(\.metric.partName), rows: rows, right: Set(1...metrics.count),
        summary: count > MetricSection.shownParts ? "Each \(title)" : nil)
    ]
  }

  private func name(of part: Int, _ report: EvaluationReport) -> String {
    part < report.partNames.count ? report.partNames[part] : "\(report.partNoun) \(part)"
  }

  /// The ROC and the precision-recall curve; none if the evaluation has no ranked scores.
  private func rankings(_ report: EvaluationReport, _ owner: String) -> [Figure] {
    guard !report.curves.isEmpty else { return [] }
    func figure(
      _ title: String, _ x: String, _ y: String, _ points: (RankingCurve, RankingCurve.Point) -> [Mark.Point]
    ) -> Figure {
      let marks = report.curves.map { curve in
        Mark.line(
          name: name(of: curve.part, report), colour: curve.part % 6,
          points: curve.points.last.map { all in points(curve, all) } ?? [])
      }
      let unit = 0.0...1.0
      return Figure(
        "\(title)\(owner)", note: "Of the \(report.split.rawValue) samples after step \(Format.count(report.step)).",
        Chart(x: Axis(x, bounds: unit), y: Axis(y, bounds: unit), marks: marks))
    }
    return [
      figure("ROC curve", "false positive rate", "recall") { curve, all in
        [Mark.Point(x: 0, y: 0)]
          + curve.points.map {
            Mark.Point(
              x: Double($0.negative) / Double(all.negative), y: Double($0.positive) / Double(all.positive))
          }
      },
      figure("Precision and recall", "recall", "precision") { curve, all in
        curve.points.map {
          Mark.Point(
            x: Double($0.positive) / Double(all.positive),
            y: Double($0.positive) / Double($0.positive + $0.negative))
        }
      },
    ]
  }
}
