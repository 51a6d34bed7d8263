import Layers

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
  func isLaidOut(as other: Model) -> Bool {
    func layout(_ model: Model) -> [(String, [Int], Int)] {
      (model.parameters + model.buffers).map { ($0.name, $0.shape, $0.offset) }
    }
    return layout(self).elementsEqual(layout(other), by: ==)
  }
}
