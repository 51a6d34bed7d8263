import Datasets
import Diagnostics
import Layers
import Tensors

/// A model and the loss on its outputs.
public struct Network {
  /// The model.
  public let model: Model
  /// The loss.
  public let loss: any Loss

  /// A network of a model and a loss.
  public init(model: Model, loss: any Loss) {
    self.model = model
    self.loss = loss
  }
}

extension Model {
  /// The failure for samples of a shape that this model's weights do not fit.
  package func misfit(of shape: Shape, in split: Split) -> Failure {
    Failure(
      .configuration, "the \(split.rawValue) samples are \(shape.text), the training samples \(inputShape.text)",
      advice: "only the number of steps may differ, where no layer depends on it")
  }
}
