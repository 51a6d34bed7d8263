import Diagnostics
import Layers
import Training

/// When frozen parameters begin to learn.
public struct UnfreezeSettings: RecipeSettings {
  /// The span of training after which they learn.
  public var after = TrainingSpan.epochs(1)

  /// Every key at its default; required ones hold a placeholder.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "after",
    keys: [
      RecipeKey(
        "after", \.after, .span(allowsNone: false), required: true,
        "the steps or epochs after which frozen parameters learn, such as 3 epochs")
    ])
}

extension Recipe {
  /// Freezes what `model.freeze` names.
  /// - Throws: `Failure` (configuration) for a pattern that fits no parameter, and if nothing is left to learn.
  func freeze(_ model: Model) throws {
    for (index, text) in self.model.freeze.enumerated() {
      let pattern = NamePattern(text)
      let tensors = (model.parameters + model.buffers).filter { pattern.covers($0.name) }
      guard !tensors.isEmpty else { throw unmatched(key: "model.freeze.\(index)", text, model) }
      for tensor in tensors {
        tensor.isFrozen = true
        tensor.staysFrozen = self.model.unfreeze == nil
      }
    }
    // A normalization that learns nothing uses its running statistics; one whose statistics alone are frozen learns.
    for layer in model.layers.nested where layer.parts.isEmpty && !layer.parameters.isEmpty {
      guard layer.parameters.allSatisfy(\.isFrozen) else { continue }
      for buffer in layer.buffers { (buffer.isFrozen, buffer.staysFrozen) = (true, self.model.unfreeze == nil) }
    }
    guard !model.parameters.isEmpty, model.parameters.allSatisfy(\.staysFrozen) else { return }
    throw Failure(
      .configuration, "\(named("model.freeze")) names all parameters, so nothing learns",
      advice: "leave out those that should learn, or say by model.unfreeze when all do")
  }
}
