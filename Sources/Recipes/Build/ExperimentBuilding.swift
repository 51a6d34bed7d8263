import Datasets
import Diagnostics
import Layers
import Optimizers
import Tensors
import Training

extension Recipe {
  /// Everything that the recipe names, made: data, model, loss and optimizer.
  /// - Throws: `Failure` naming the key or file that is wrong.
  public func makeExperiment() throws -> Experiment {
    let splits = try makeSplits()
    let network = try makeNetwork(inputShape: splits.training.inputShape)
    for (_, samples) in splits.all {
      let outputs =
        samples.inputShape == network.model.inputShape
        ? network.model.outputShape : try makeBareModel(inputShape: samples.inputShape).outputShape
      try loss.check(outputs: outputs, data: samples)
      try checkPadding(outputs: outputs, data: samples)
    }
    let settings = TrainingSettings(
      seed: seed, epochs: epochs, steps: steps, batch: batch, shards: shards, shuffles: data.chosenSettings.shuffle,
      learningRate: baseLearningRate, clipNorm: optimizer.clipNorm, evaluateEvery: evaluate.every,
      accumulate: accumulate, clipValue: optimizer.clipValue, nonFinite: nonFinite,
      compareRanks: compareRanks)
    return Experiment(
      network: network, optimizer: try optimizer.chosenSettings.makeOptimizer(for: network.model), data: splits,
      settings: settings, schedule: schedule.makeSchedule(settings, samples: splits.training.count),
      average: try ema.map { try WeightAverage(of: network.model.values, decay: $0.decay) },
      makeNetwork: { shape in
        let model = try makeBareModel(inputShape: shape)
        return Network(model: model, loss: try loss.makeLoss(outputs: model.outputShape))
      })
  }

  /// The training samples, and those to measure on.
  /// - Throws: `Failure` (noInput, data) where files are missing or wrong.
  public func makeSplits() throws -> DataSplits { try data.chosenSettings.makeSplits(for: self) }

  /// What reads new inputs for a model that was trained on samples with these facts.
  /// - Throws: `Failure` (data) where the facts are not of such samples.
  public func makeReader(facts: DataFacts) throws -> any InputReader {
    try data.chosenSettings.makeReader(for: self, facts: facts)
  }

  /// A loss at every step takes a sample's first steps for the valid ones.
  private func checkPadding(outputs: Shape, data: any Dataset) throws {
    guard outputs.isSequence, data.hasLengths, model.layers.contains(where: \.padsInFront) else {
      return
    }
    throw Failure(
      .configuration, "the model gives every step of \(outputs), but a layer takes the data as padded in front",
      advice: "with a target for each step, padding must be behind")
  }
}

extension LayerSettings {
  /// Whether a recurrent layer here or within takes shorter sequences as padded in front.
  fileprivate var padsInFront: Bool {
    switch self {
    case .lstm(let settings): settings.options.padding == .front
    case .rnn(let settings): settings.options.padding == .front
    case .gru(let settings): settings.options.padding == .front
    case .gated(let settings): settings.options.padding == .front
    case .residual(let settings): (settings.body + (settings.shortcut ?? [])).contains(where: \.padsInFront)
    default: false
    }
  }
}
