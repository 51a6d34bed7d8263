import Datasets
import Diagnostics
import Layers
import Training

extension Recipe {
  /// Everything that the recipe names, made: data, model, loss and optimizer.
  /// - Throws: `Failure` naming the key or file that is wrong.
  public func makeExperiment() throws -> Experiment {
    let training = try makeTrainingData()
    let test = try makeTestData(training: training)
    let made = try makeModel(inputShape: training.inputShape)
    try checkClasses(of: made, data: [training, test].compactMap(\.self))
    return Experiment(
      model: made, loss: CrossEntropy(logits: made.outputShape),
      optimizer: try optimizer.makeOptimizer(count: made.values.count), training: training, test: test,
      settings: TrainingSettings(
        seed: seed, epochs: epochs, steps: steps, batch: batch, shards: shards, shuffles: shuffles,
        learningRate: optimizer.learningRate, clipNorm: optimizer.clipNorm, evaluateEvery: evaluate.every))
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
