import ArgumentParser
import DPTrain

/// `dp-train predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Classify inputs, or compute their numbers, with a run's weights.",
    discussion: """
      For temporal-order an input is a sequence of its symbols:
        dp-train predict RUN BcXdaYbE
      For numpy it is an .npz file with x (and lengths); y is not needed:
        dp-train predict RUN new.npz
      """)

  @OptionGroup var source: RunArguments

  @Argument(help: "Sequences, or .npz files.")
  var inputs: [String]

  func run() throws {
    guard Launch().expectedRank == 0 else { return }
    let recipe = try source.load(overrides: [])
    let training = try recipe.makeTrainingData()
    let model = try recipe.makeModel(inputShape: training.inputShape)
    let workspace = try Workspace(
      model: model, loss: recipe.loss.makeLoss(outputs: model.outputShape), batch: 64, shards: 1, seed: recipe.seed,
      communicator: SoloCommunicator())
    let table = PredictionTable(
      meaning: workspace.loss.meaning, outputs: model.outputShape, classNames: training.classNames)
    var rows = [table.heading]
    for input in inputs {
      for (name, outputs) in try predict(input, data: training, workspace: workspace) {
        rows.append([name] + table.cells(outputs))
      }
    }
    Terminal.write(Format.table(rows, right: table.right))
  }

  private func predict(
    _ input: String, data: any Dataset, workspace: Workspace
  ) throws -> [(name: String, outputs: [Float])] {
    if let encoding = data as? any TextEncoding {
      let predictor = try Predictor(workspace: workspace, hasLengths: data.hasLengths)
      return try predictor.outputs { batch in
        batch.clear(count: 1)
        try encoding.encode(input, into: batch, sample: 0)
      }.map { (input, $0) }
    }
    let samples = try NumPyDataset(contentsOf: input, targets: nil)
    guard samples.inputShape == data.inputShape else {
      throw Failure(
        .data, "\(input): samples have the shape \(samples.inputShape)",
        advice: "the run was trained on \(data.inputShape)")
    }
    let predictor = try Predictor(workspace: workspace, hasLengths: samples.hasLengths)
    let order = Array(0..<samples.count)
    return try stride(from: 0, to: samples.count, by: workspace.batch).flatMap { first in
      let indices = order[first..<min(first + workspace.batch, samples.count)]
      let rows = try predictor.outputs { batch in
        indices.withUnsafeBufferPointer { samples.load(epoch: 0, indices: $0, into: batch) }
      }
      return zip(indices, rows).map { ("\(input)[\($0.0)]", $0.1) }
    }
  }
}
