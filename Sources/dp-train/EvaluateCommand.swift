import ArgumentParser
import DPTrain
import Foundation

/// `dp-train evaluate`.
struct EvaluateCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a run's weights on its test samples, each counted exactly once.",
    discussion: """
      Measures the recipe's test samples, or a file or folder of other samples, with the classes of the training:
        dp-train evaluate RUN                          the recipe's test samples
        dp-train evaluate RUN pics/new                 image-folder: pics/new/CLASS/*.jpg; text-lines: CLASS.txt
        dp-train evaluate RUN new.csv                  csv, csv-sequences, numpy, ts: a file with the targets; idx, cifar: a folder
        dp-train evaluate RUN "new-{0..9}.tar"         tar: tar files
        dp-train evaluate RUN data.testSize=10000      keys change what is measured
        dp-train evaluate RUN evaluate.metrics=[all]   every metric that is defined
      Works under mpirun too, with the same result on any number of ranks. With more than 30 classes it shows the best,
      the worst and the most frequent mistakes; --json has all.
      """)

  @OptionGroup var source: RunArguments

  @OptionGroup var ranks: RankArguments

  @Argument(
    help: ArgumentHelp(
      "A file or folder of samples to measure, then keys to change, such as data.testSize=10000.",
      valueName: "data-or-key=value"), completion: .file())
  var arguments: [String] = []

  @Option(help: "The samples to measure: training, validation or test.")
  var on = Split.test

  @Option(
    help: ArgumentHelp(
      "Draw the samples n times with replacement for 95 % intervals of the metrics; 0: none (default: 1000 if that takes "
        + "seconds at most).", valueName: "n"))
  var resamples: Int?

  @Option(
    help: ArgumentHelp(
      "Also show n samples that were classified rightly, of all classes in turn, and n wrongly.",
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
    /// The file or folder of other samples; nil for those of the recipe.
    let path: String?
  }

  func validate() throws {
    guard show >= 0 else { throw ValidationError("--show must be 0 or more") }
    guard resamples.map({ (0...1_000_000).contains($0) }) ?? true else {
      throw ValidationError("--resamples must be from 0 to 1000000")
    }
    guard !json || (show == 0 && !showWrong) else {
      throw ValidationError("--json goes without --show and --show-wrong")
    }
  }

  func run() {
    Session.run(
      oversubscribes: ranks.oversubscribe, prepare: prepare,
      description: { Session.describe("evaluate \(on)", $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      let report = try prepared.evaluator.run(
        resampling: Resampling(
          count: resamples ?? prepared.evaluator.affordableResamples, seed: prepared.recipe.seed))
      guard communicator.isRoot, let data = prepared.experiment.data.measured(on) else { return }
      let text = EvaluationText(report, of: data, at: prepared.path, recipe: prepared.recipe)
      Terminal.write(json ? try text.json() : text.text)
      guard show > 0 || showWrong else { return }
      Terminal.write(
        try ExampleText.text(data: data, recipe: prepared.recipe, right: show, wrong: showWrong ? .max : show))
    }
  }

  private func prepare(_ communicator: any Communicator) throws -> Prepared {
    let path = arguments.first.flatMap { !$0.contains("=") || FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    let recipe = try source.load(overrides: Array(path == nil ? arguments[...] : arguments.dropFirst()))
    let experiment = try recipe.makeMeasurement(on: on, at: path, facts: source.dataFacts())
    try source.check(experiment.data)
    let isElsewhere = arguments.contains { $0.hasPrefix("data.folder=") || $0.hasPrefix("data.train") }
    if communicator.isRoot, path == nil, isElsewhere, recipe.keptShare(for: on) > 0 {
      Terminal.warn(
        "this measures the share \(recipe.keptShare(for: on)) of the samples, as data.\(on)Share says; "
          + "dp-train evaluate RUN DATA measures all of a file or folder")
    }
    if communicator.isRoot { experiment.data.notices.forEach(Terminal.warn) }
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    guard let evaluator = try experiment.makeEvaluator(on: on, workspace: workspace) else {
      let others = experiment.data.all.map { "--on \($0.split.rawValue)" }.joined(separator: " or ")
      throw Failure(
        .configuration, "\(source.run): its recipe has no \(on.rawValue) samples",
        advice: "name them under data, or measure \(others)")
    }
    return Prepared(recipe: recipe, experiment: experiment, evaluator: evaluator, path: path)
  }
}

extension Split: ExpressibleByArgument {}
