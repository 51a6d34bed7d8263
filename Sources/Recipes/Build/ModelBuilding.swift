import Layers
import Tensors
import Training

extension Recipe {
  /// The model for inputs of a shape: values drawn from the seed, or taken from the recipe's weights.
  /// - Throws: `Failure` (configuration) where a layer does not fit its input, (data, noInput) for weights that do not.
  public func makeModel(inputShape: Shape) throws -> Model {
    let layers = try model.layers.makeLayers(input: inputShape, key: "model.layers")
    if let initialization = model.initialization?.initialization {
      for weight in layers.flatMap(\.parameters) where weight.shape.count > 1 && weight.chosenInitialization == nil {
        weight.chosenInitialization = initialization
      }
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
