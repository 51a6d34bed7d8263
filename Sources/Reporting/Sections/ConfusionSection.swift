import Collectives
import Recording
import Training

/// Which classes were confused: as a matrix, or in tables if there are too many classes.
struct ConfusionSection {
  let runs: [ReportedRun]

  /// The most classes in a matrix.
  private static let drawnClasses = 30
  /// The number of rows of each table.
  private static let rows = 10
  /// The most samples to evaluate for a page.
  private static let most = 10_000

  func section() throws -> Section {
    var section = Section(title: "Confusion matrix")
    section.isPaired = runs.count.isMultiple(of: 2)
    for run in runs {
      guard case .success(let trained) = run.trained, let report = try report(trained, of: run),
        report.classNames.count > 1
      else { continue }
      let owner = runs.count > 1 ? ": \(run.name)" : ""
      if report.classNames.count <= ConfusionSection.drawnClasses {
        let matrix = ConfusionMatrix(classNames: report.classNames, counts: report.confusion)
        let title = "Classes of the \(report.split.rawValue) samples" + owner
        section.figures.append(
          Figure(title, note: words(report, run), legend: matrix.legend, drawings: [matrix.drawing(title: title)]))
      } else {
        let classes = "\(Format.count(report.classNames.count)) classes of the \(report.split.rawValue) samples\(owner)"
        section.notes.append(
          "\(classes): the least accurate ones, and the most frequent mistakes. \(words(report, run))")
        section.tables += tables(report, owner)
      }
    }
    return section
  }

  private func words(_ report: EvaluationReport, _ run: ReportedRun) -> String {
    let restored = run.metrics.end?.restored.map { " (\($0))" } ?? ""
    let accuracy = report.accuracy.map { ", accuracy \(Format.percent($0))" } ?? ""
    return "After step \(Format.count(report.step))\(restored), \(Format.count(report.samples)) samples\(accuracy)."
  }

  private func tables(_ report: EvaluationReport, _ owner: String) -> [Table] {
    let (names, counts) = (report.classNames, report.confusion.classes)
    let ranked = counts.filter { $0.value.samples > 0 }.sorted {
      ($0.value.accuracy ?? 0, -$0.value.samples, $0.key) < ($1.value.accuracy ?? 0, -$1.value.samples, $1.key)
    }
    let least = ranked.prefix(ConfusionSection.rows).map { label, count in
      [names[label], Format.count(count.samples), Format.count(count.right), count.accuracy.map(Format.percent) ?? "–"]
    }
    let confused = report.confusion.mostConfused(ConfusionSection.rows).map { pair in
      let share = Double(pair.count) / Double(counts[pair.actual]?.samples ?? pair.count)
      return [names[pair.actual], names[pair.predicted], Format.count(pair.count), Format.percent(share)]
    }
    return [
      Table(headings: ["class\(owner)", "samples", "right", "accuracy"], rows: least, right: [1, 2, 3]),
      Table(headings: ["actual\(owner)", "predicted", "samples", "of the class"], rows: confused, right: [2, 3]),
    ].filter { !$0.rows.isEmpty }
  }

  /// The saved evaluation of the weights, if it is of the part of the data that examples come from; otherwise a new one, unless
  /// that would take long.
  private func report(_ trained: TrainedRun, of run: ReportedRun) throws -> EvaluationReport? {
    let (split, data) = trained.shown
    if let evaluation = trained.evaluation, evaluation.split == split || data.count > ConfusionSection.most {
      return evaluation
    }
    guard trained.experiment.loss.meaning == .classes, split != .training, data.count <= ConfusionSection.most else {
      return nil
    }
    let workspace = try trained.experiment.makeWorkspace(communicator: SoloCommunicator())
    return try trained.experiment.makeEvaluator(on: split, workspace: workspace)?.run(
      step: run.weightsStep, epoch: 0)
  }
}
