import Collectives
import Recording
import Training

/// Which classes were taken for which.
struct ConfusionSection {
  let runs: [ReportedRun]

  func section() throws -> Section {
    var section = Section(title: "Confusion matrix")
    section.isPaired = runs.count.isMultiple(of: 2)
    for run in runs {
      guard case .success(let trained) = run.trained, let report = try report(trained), report.classNames.count > 1
      else { continue }
      let matrix = ConfusionMatrix(classNames: report.classNames, counts: report.confusion)
      let title = "Classes of the \(report.split.rawValue) samples" + (runs.count > 1 ? ": \(run.name)" : "")
      let accuracy = report.accuracy.map { ", accuracy \(Format.percent($0))" } ?? ""
      section.figures.append(
        Figure(
          title, note: "After step \(Format.count(report.step)), \(Format.count(report.samples)) samples\(accuracy).",
          legend: matrix.legend, drawings: [matrix.drawing(title: title)]))
    }
    return section
  }

  /// The last evaluation that was saved; where there is none, one is made.
  private func report(_ trained: TrainedRun) throws -> EvaluationReport? {
    if let evaluation = trained.evaluation { return evaluation }
    guard trained.experiment.loss.meaning == .classes, let split = trained.experiment.data.monitored else { return nil }
    let workspace = try trained.experiment.makeWorkspace(communicator: SoloCommunicator())
    return try trained.experiment.makeEvaluator(on: split, workspace: workspace)?.run(step: 0, epoch: 0)
  }
}
