import ArgumentParser
import DPTrain
import Foundation

/// `dp-train evaluate`.
struct EvaluateCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a run's weights on its test samples, each counted exactly once.",
    discussion: """
      Keys may change what is evaluated on, for example: dp-train evaluate RUN data.testSize=10000
      Works under mpirun too, with the same result on any number of ranks. Of more than 30 classes it shows the best, the
      worst and the most frequent mistakes; --json has all.
      """)

  @OptionGroup var source: RunArguments

  @OptionGroup var ranks: RankArguments

  @Argument(help: "Keys to change, such as data.testSize=10000.", completion: Completion.overrides)
  var overrides: [String] = []

  @Option(help: "The samples to measure on: training, validation or test.")
  var on = Split.test

  @Option(
    help: ArgumentHelp(
      "Also show so many samples that were classified rightly, of all classes in turn, and as many wrongly.",
      valueName: "n"))
  var show = 0

  @Flag(help: "Also show every sample that was classified wrongly.")
  var showWrong = false

  @Flag(help: "Print one line of JSON.")
  var json = false

  private struct Prepared {
    let recipe: Recipe
    let experiment: Experiment
    let evaluator: Evaluator
  }

  func validate() throws {
    guard show >= 0 else { throw ValidationError("--show must be 0 or more") }
    guard !json || (show == 0 && !showWrong) else {
      throw ValidationError("--json goes without --show and --show-wrong")
    }
  }

  func run() {
    Session.run(
      oversubscribes: ranks.oversubscribe, prepare: prepare,
      description: { Session.describe("evaluate \(on)", $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      let report = try prepared.evaluator.run(step: 0, epoch: 0)
      guard communicator.isRoot else { return }
      let text = EvaluationText(report)
      Terminal.write(json ? try text.json() : text.text)
      guard show > 0 || showWrong, let data = prepared.experiment.data.measured(on) else { return }
      Terminal.write(
        try ExampleText.text(data: data, recipe: prepared.recipe, right: show, wrong: showWrong ? .max : show))
    }
  }

  private func prepare(_ communicator: any Communicator) throws -> Prepared {
    let recipe = try source.load(overrides: overrides)
    let experiment = try recipe.makeExperiment()
    try source.check(experiment.data)
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    guard let evaluator = try experiment.makeEvaluator(on: on, workspace: workspace) else {
      let others = experiment.data.all.map { "--on \($0.split.rawValue)" }.joined(separator: " or ")
      throw Failure(
        .configuration, "\(source.run): its recipe has no \(on.rawValue) samples",
        advice: "name them under data, or measure \(others)")
    }
    return Prepared(recipe: recipe, experiment: experiment, evaluator: evaluator)
  }
}

extension Split: ExpressibleByArgument {}
