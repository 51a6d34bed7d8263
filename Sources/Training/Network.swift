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

  /// Bundles them.
  public init(model: Model, loss: any Loss) {
    self.model = model
    self.loss = loss
  }
}

extension Model {
  /// Whether another model has the same parameters at the same places, so that its values can be used here.
  package func isLaidOut(as other: Model) -> Bool {
    func layout(_ model: Model) -> [(String, [Int], Int)] {
      (model.parameters + model.buffers).map { ($0.name, $0.shape, $0.offset) }
    }
    return layout(self).elementsEqual(layout(other), by: ==)
  }

  /// The failure of samples of another shape, which this model's weights do not take.
  package func misfit(of shape: Shape, in split: Split) -> Failure {
    Failure(
      .configuration, "the \(split.rawValue) samples are \(shape.words), the training samples \(inputShape.words)",
      advice: "only the number of steps may differ, where no layer depends on it")
  }
}
