import Diagnostics
import Layers
import Tensors

extension LayerSettings {
  /// The layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) naming the layer by `key`, the shape that comes in, and what would fit.
  func makeLayer(input: Shape, key: String) throws -> any Layer {
    switch self {
    case .lstm(let settings):
      try requireSequence(input, key: "\(key) (lstm)")
      return LSTM(input: input, hiddenSize: settings.hiddenSize, output: settings.output)
    case .rnn(let settings):
      try requireSequence(input, key: "\(key) (rnn)")
      return RNN(
        input: input, hiddenSize: settings.hiddenSize, nonlinearity: settings.nonlinearity, output: settings.output)
    case .linear(let settings):
      return Linear(input: input, outputs: settings.outputs)
    }
  }

  private func requireSequence(_ input: Shape, key: String) throws {
    guard !input.isSequence else { return }
    throw Failure(
      .configuration, "\(key) needs a sequence, steps × features, but its input is a vector of \(input)",
      advice: "a recurrent layer before it must have output: all")
  }
}

extension Recipe {
  /// The model for inputs of a shape: values drawn from the seed, or taken from the recipe's weights.
  /// - Throws: `Failure` (configuration) where a layer does not fit its input, (data, noInput) for weights that do not.
  public func makeModel(inputShape: Shape) throws -> Model {
    var layers: [any Layer] = []
    for (index, settings) in model.layers.enumerated() {
      let input = layers.last?.outputShape ?? inputShape
      layers.append(try settings.makeLayer(input: input, key: "model.layers.\(index)"))
    }
    let made = try Model(inputShape: inputShape, layers: layers)
    if let weights = model.weights {
      try made.readWeights(from: weights)
    } else {
      made.initialize(seed: seed)
    }
    return made
  }
}
