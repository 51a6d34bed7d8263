import ArgumentParser
import DPTrain

/// `dp-train evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a run's weights on its test samples, each counted exactly once.",
    discussion: "Keys may change what is evaluated on, for example: dp-train evaluate RUN data.testSize=10000")

  @OptionGroup var source: RunArguments

  @Argument(help: "Keys to change, such as data.testSize=10000.")
  var overrides: [String] = []

  func run() throws {
    try Session.run(
      prepare: prepare, description: { Session.describe("evaluate", $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      let report = try prepared.evaluator.run(step: 0, epoch: 0)
      if communicator.isRoot { Terminal.write(EvaluateCommand.text(report)) }
    }
  }

  private struct Prepared {
    let recipe: Recipe
    let experiment: Experiment
    let evaluator: Evaluator
  }

  private func prepare(_ communicator: any Communicator) throws -> Prepared {
    let recipe = try source.load(overrides: overrides)
    let experiment = try recipe.makeExperiment()
    guard let test = experiment.test else {
      throw Failure(
        .configuration, "\(source.run): its recipe has no test samples", advice: "give them with data.test=FILE.npz")
    }
    let workspace = try Workspace(
      model: experiment.model, loss: experiment.loss, batch: recipe.batch, shards: recipe.shards, seed: recipe.seed,
      communicator: communicator)
    return Prepared(
      recipe: recipe, experiment: experiment, evaluator: try Evaluator(data: test, workspace: workspace))
  }

  private static func text(_ report: EvaluationReport) -> String {
    guard !report.confusion.isEmpty, let accuracy = report.accuracy else {
      var rows = [["samples", Format.count(report.samples)], ["loss", Format.loss(report.loss)]]
      if let accuracy = report.accuracy { rows.append(["accuracy", Format.percent(accuracy)]) }
      return Format.table(rows, right: [1])
    }
    var rows = [["class", "samples", "right", "accuracy"]]
    for (index, row) in report.confusion.enumerated() {
      let samples = row.reduce(0, +)
      rows.append([
        report.classNames[index], Format.count(samples), Format.count(row[index]),
        samples == 0 ? "–" : Format.percent(Double(row[index]) / Double(samples)),
      ])
    }
    let counted = report.confusion.reduce(0) { $0 + $1.reduce(0, +) }
    let right = report.confusion.enumerated().reduce(0) { $0 + $1.element[$1.offset] }
    rows.append(["all", Format.count(counted), Format.count(right), Format.percent(accuracy)])
    var confusion = [["actual \\ predicted"] + report.classNames]
    for (index, row) in report.confusion.enumerated() {
      confusion.append([report.classNames[index]] + row.map(Format.count))
    }
    return Format.table(rows, right: [1, 2, 3]) + "\nloss \(Format.loss(report.loss))\n\n"
      + Format.table(confusion, right: Set(1...report.classNames.count))
  }
}
