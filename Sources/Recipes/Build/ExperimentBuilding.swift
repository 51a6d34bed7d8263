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
    let training = try makeTrainingData()
    let test = try makeTestData(training: training)
    let made = try makeModel(inputShape: training.inputShape)
    let data = [training, test].compactMap(\.self)
    try loss.check(outputs: made.outputShape, data: data)
    try checkPadding(outputs: made.outputShape, data: data)
    let settings = TrainingSettings(
      seed: seed, epochs: epochs, steps: steps, batch: batch, shards: shards, shuffles: shuffles,
      learningRate: baseLearningRate, clipNorm: optimizer.clipNorm, evaluateEvery: evaluate.every,
      accumulate: accumulate, clipValue: optimizer.clipValue)
    return Experiment(
      model: made, loss: try loss.makeLoss(outputs: made.outputShape),
      optimizer: try optimizer.chosenSettings.makeOptimizer(for: made), training: training, test: test,
      settings: settings, schedule: schedule.makeSchedule(settings, samples: training.count),
      average: try ema.map { try WeightAverage(of: made.values, decay: $0.decay) })
  }

  /// A loss at every step takes a sample's first steps for the valid ones.
  private func checkPadding(outputs: Shape, data: [any Dataset]) throws {
    guard outputs.isSequence, data.contains(where: \.hasLengths), model.layers.contains(where: \.padsInFront) else {
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
