import Diagnostics
import Layers
import Tensors
import Training

extension Recipe {
  /// Makes the model for inputs of a shape and a number of classes (0 if there are none), with weights drawn from the seed or
  /// read from `model.weights`.
  /// - Throws: `Failure` (configuration) if a layer does not fit its input, (data, noInput) if the weights do not fit.
  public func makeModel(inputShape: Shape, classes: Int = 0) throws -> Model {
    try makeLoadedModel(inputShape: inputShape, classes: classes).model
  }

  /// Makes the model, and tells what was loaded from `model.weights`; nil if all weights were drawn.
  /// - Throws: as `makeModel`.
  func makeLoadedModel(inputShape: Shape, classes: Int) throws -> (model: Model, loaded: LoadedWeights?) {
    let made = try Model(inputShape: inputShape, makeLayers(input: inputShape, classes: classes))
    guard let weights = model.weights else {
      made.initialize(seed: seed)
      return (made, nil)
    }
    // What is not loaded is as if there were no file.
    if !weights.except.isEmpty { made.initialize(seed: seed) }
    do {
      return (made, try made.readWeights(weights.source))
    } catch let failure as Failure {
      throw placed(failure)
    }
  }

  /// A failure of `model.weights` with the place where the key was given, if its message names a key, or if it is a line of a
  /// file: a command line need not be told which file it named.
  private func placed(_ failure: Failure) -> Failure {
    let words = failure.message.prefix { $0 != ":" && $0 != " " }
    let key = words.hasPrefix("model.weights.") ? String(words) : nil
    guard let place = key.flatMap(origin.place) ?? origin.place(of: "model.weights"),
      key != nil || !place.isCommandLine
    else { return failure }
    return Failure(
      failure.exitCode, "\(place): \(key == nil ? "model.weights: " : "")\(failure.message)", advice: failure.advice)
  }

  /// Makes the model and the loss for inputs of a shape and a number of classes.
  /// - Throws: as `makeModel`, and `Failure` (configuration) if the loss does not fit.
  public func makeNetwork(inputShape: Shape, classes: Int = 0) throws -> Network {
    try makeLoadedNetwork(inputShape: inputShape, classes: classes).network
  }

  /// Makes the network, and tells what was loaded from `model.weights`.
  /// - Throws: as `makeNetwork`.
  func makeLoadedNetwork(inputShape: Shape, classes: Int) throws -> (network: Network, loaded: LoadedWeights?) {
    let (made, loaded) = try makeLoadedModel(inputShape: inputShape, classes: classes)
    return (Network(model: made, loss: try makeLoss(outputs: made.outputShape)), loaded)
  }

  /// Makes the network for inputs of another shape. It shares the weights of `network`, which this recipe made.
  /// - Throws: as `makeNetwork(inputShape:classes:)`, also if the weights do not fit inputs of that shape.
  package func makeNetwork(inputShape: Shape, classes: Int, sharing network: Network) throws -> Network {
    let layers = try makeLayers(input: inputShape, classes: classes)
    guard let model = Model(network.model, inputShape: inputShape, layers) else {
      // Says what does not fit.
      return try makeNetwork(inputShape: inputShape, classes: classes)
    }
    return Network(model: model, loss: try makeLoss(outputs: model.outputShape))
  }

  private func makeLoss(outputs: Shape) throws -> any Loss {
    try placing("loss.classWeights", "loss.positiveWeights") { try loss.makeLoss(outputs: outputs) }
  }

  /// Makes the model's layers for inputs of a shape.
  func makeLayers(input: Shape, classes: Int) throws -> LayerPart {
    try model.layers.checkNesting(key: "model.layers")
    let list = try makeLayers(model.layers, input: input, classes: classes, key: "model.layers")
    try checkNames(list)
    if let initialization = model.initialization?.initialization {
      for weight in list.layers.flatMap(\.parameters) where weight.shape.count > 1 && weight.chosenInitialization == nil
      {
        weight.chosenInitialization = initialization
      }
    }
    return list
  }
}
