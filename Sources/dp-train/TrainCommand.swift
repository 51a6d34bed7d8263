import ArgumentParser
import DPTrain

/// `dp-train train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a recipe.",
    discussion: """
      Examples:
        dp-train train                                       the default recipe, temporal-order
        dp-train train temporal-order data.level=normal epochs=100
        dp-train train my.yaml --out runs/first
        mpirun -np 8 dp-train train temporal-order           the same bits, on 8 ranks
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "The folder for everything the run writes (default: runs/NAME-YYYYMMDD-HHMMSS).")
  var out: String?

  private struct Prepared {
    let recipe: Recipe
    let experiment: Experiment
    let workspace: Workspace
    /// On rank 0.
    let folder: RunFolder?
  }

  func run() throws {
    try Session.run(
      prepare: prepare, description: { Session.describe("train", $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      try train(prepared, communicator)
    }
  }

  private func prepare(_ communicator: any Communicator) throws -> Prepared {
    let recipe = try recipe.load()
    let experiment = try recipe.makeExperiment()
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    let folder = communicator.isRoot ? try RunFolder.create(name: recipe.name, out: out) : nil
    return Prepared(recipe: recipe, experiment: experiment, workspace: workspace, folder: folder)
  }

  private func train(_ prepared: Prepared, _ communicator: any Communicator) throws {
    let environment = try RunEnvironment(
      version: dpTrainVersion, communicator: communicator, mpi: Launch.describe)
    var observers: [any Observer] = []
    if let folder = prepared.folder {
      try folder.write(prepared.recipe.resolvedYAML(), to: folder.recipe)
      try folder.write(json: environment, to: folder.environment)
      try folder.write(json: prepared.experiment.data.training.facts, to: folder.dataFacts)
      Terminal.write(
        SettingsTable.text(
          prepared.recipe, experiment: prepared.experiment, environment: environment, folder: folder))
      observers = [
        try MetricsRecorder(path: folder.metrics, every: prepared.recipe.record.every),
        ProgressReporter(epochs: prepared.recipe.epochs, width: Terminal.width),
      ]
    }
    let trainer = try Trainer(prepared.experiment, workspace: prepared.workspace, observers: observers)
    let summary = try trainer.run()
    if let folder = prepared.folder {
      try prepared.experiment.writeWeights(to: folder.weights, metadata: ["recipe": prepared.recipe.name])
      Terminal.write(try conclusion(summary, folder: folder, average: prepared.experiment.average))
    }
  }

  private func conclusion(_ summary: RunSummary, folder: RunFolder, average: WeightAverage?) throws -> String {
    var rows = [["time", "\(Format.count(summary.steps)) steps in \(Format.seconds(summary.seconds))"]]
    for evaluation in summary.evaluations {
      let accuracy = evaluation.accuracy.map { "accuracy \(Format.percent($0)), " } ?? ""
      rows.append([
        evaluation.split.rawValue,
        "\(accuracy)loss \(Format.loss(evaluation.loss)) on \(Format.count(evaluation.samples)) samples",
      ])
    }
    rows.append(["weights", folder.weights + (average == nil ? "" : " (averaged)")])
    rows.append(["SHA-256", try sha256(ofFile: folder.weights)])
    return "\n" + Format.table(rows)
  }
}
