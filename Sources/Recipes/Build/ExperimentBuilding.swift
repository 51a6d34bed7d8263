import Datasets
import Diagnostics
import Layers
import Optimizers
import Training

extension Recipe {
  /// Everything that the recipe names, made: data, model, loss and optimizer.
  /// - Throws: `Failure` naming the key or file that is wrong.
  public func makeExperiment() throws -> Experiment {
    let training = try makeTrainingData()
    let test = try makeTestData(training: training)
    let made = try makeModel(inputShape: training.inputShape)
    try checkClasses(of: made, data: [training, test].compactMap(\.self))
    let settings = TrainingSettings(
      seed: seed, epochs: epochs, steps: steps, batch: batch, shards: shards, shuffles: shuffles,
      learningRate: baseLearningRate, clipNorm: optimizer.clipNorm, evaluateEvery: evaluate.every,
      accumulate: accumulate, clipValue: optimizer.clipValue)
    return Experiment(
      model: made, loss: CrossEntropy(logits: made.outputShape),
      optimizer: try optimizer.chosenSettings.makeOptimizer(for: made), training: training, test: test,
      settings: settings, schedule: schedule.makeSchedule(settings, samples: training.count),
      average: try ema.map { try WeightAverage(of: made.values, decay: $0.decay) })
  }

  private func checkClasses(of model: Model, data: [any Dataset]) throws {
    guard !model.outputShape.isSequence else {
      throw Failure(
        .configuration, "the model gives a sequence of \(model.outputShape), but each sample has one class",
        advice: "the last recurrent layer must have output: last")
    }
    let classes = data.map(\.classNames.count).max() ?? 0
    guard model.outputShape.features >= classes else {
      throw Failure(
        .configuration, "the model gives \(model.outputShape.features) outputs, but the data has \(classes) classes",
        advice: "the last layer needs outputs: \(classes)")
    }
  }
}
