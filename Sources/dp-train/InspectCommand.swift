import ArgumentParser
import DPTrain
import Reporting

/// `dp-train inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show a recipe's or a run's layers, shapes, parameters, operations and memory.")

  @OptionGroup var recipe: RecipeArguments

  @Option(
    help: ArgumentHelp(
      "Also write a picture of the first eight training samples in eight epochs, as random transforms and mix change them: "
        + "images, or series as lines of their first six channels. Samples are mixed as if these eight were a batch; "
        + "normalize is not shown.",
      valueName: "file.png"), completion: .file(extensions: ["png"]))
  var pictures: String?

  func run() throws {
    let recipe = try recipe.loadRecipeOrRun()
    let experiment = try recipe.makeExperiment()
    try recipe.trainingWarnings(of: experiment).forEach(Terminal.warn)
    if let pictures {
      // Arrays may have any numbers; other images have colours from 0 to 1.
      try AtomicFile.write(
        AugmentedSamples.png(
          of: experiment, count: 8, normalization: recipe.inputNormalization(),
          areColours: !(recipe.data is NumPyEntry || recipe.data is HDF5Entry)),
        to: pictures)
    }
    let model = experiment.model
    let workspace = try experiment.makeWorkspace(communicator: SoloCommunicator())
    var rows = [["", "layer", "output", "parameters", "kFLOP forward"], ["", "input", "\(model.inputShape)", "", ""]]
    rows += self.rows(of: model.list, in: "")
    let samples = experiment.settings.samplesPerStep
    let operations = model.layers.reduce(0) { $0 + $1.operations }
    rows.append(["", "total", "", Format.count(model.parameterCount), Format.thousands(operations)])
    Terminal.write(Format.table(rows, right: [3, 4]))
    if let classes = ClassCounts.text(experiment.data.training) { Terminal.write("\nclasses  \(classes)\n") }
    Terminal.write(
      "\n"
        + Format.table(
          [
            ["a training step", "\(Format.thousands(model.trainingOperations * samples)) kFLOP for \(samples) samples"]
          ] + (experiment.frozenText.map { [["frozen", $0]] } ?? [])
            + [["ranks", ranks(recipe)]]
            + memory(TrainingMemory(recipe, experiment, workspace: workspace))))
  }

  /// How many ranks can share the work.
  private func ranks(_ recipe: Recipe) -> String {
    let most = "at most \(recipe.shards), one for each shard"
    return recipe.shards == 1 ? most : "\(most); fewer, if they differ in speed (balance=auto)"
  }

  /// The memory of a training, in all and by use, and in the other precision.
  private func memory(_ memory: TrainingMemory) -> [[String]] {
    let activations = "activations and their gradients"
    let parts = [
      (memory.weights, "weights"), (memory.gradients, "gradients"), (memory.optimizer, "optimizer's state"),
      (memory.activations, activations), (memory.packed, "packed weights and shared scratch"),
      (memory.checkpoints, "copies for checkpoints"), (memory.records, "copies for records"),
    ]
    let other = memory.other
    return [["memory on one rank", "\(Format.bytes(memory.total)) besides the samples"]]
      + parts.filter { $0.0 > 0 }.map { ["", "\(Format.bytes($0.0)) \($0.1)"] }
      + [["with precision: \(other.precision)", "\(Format.bytes(other.total)) besides the samples"]]
      + [["", "\(Format.bytes(other.activations)) \(activations)"]]
  }

  /// A row for each layer, named as its parameters are. Nested layers follow their parent and have the numbers.
  private func rows(of list: LayerPart, in outer: String) -> [[String]] {
    list.layers.enumerated().flatMap { index, layer in
      let name = list.place(of: index, in: outer)
      // A layer with the name "" has its parent's place, which is told already.
      let shown = list.ownNames[index] == "" ? "" : name
      let parts = layer.parts
      let parameters = layer.parameters.reduce(0) { $0 + $1.count }
      let numbers = parts.isEmpty ? [Format.count(parameters), Format.thousands(layer.operations)] : ["", ""]
      let kind = layer.algorithm.map { "\(layer.kind), \($0)" } ?? layer.kind
      return [[shown, kind, "\(layer.outputShape)"] + numbers]
        + parts.flatMap { rows(of: $0, in: name) }
    }
  }
}
