import Foundation
import Layers
import Optimizers

/// An optimizer in recipes: how gradients change the weights.
public protocol OptimizerEntry: RecipeEntry {
  /// The step size.
  var learningRate: Double { get set }
  /// The norm that gradients are scaled down to where theirs is larger; nil for no limit.
  var clipNorm: Double? { get set }
  /// The size that each value of the gradient is cut to; nil for no limit.
  var clipValue: Double? { get set }
  /// What is added to the root of the mean of squared gradients; nil if the optimizer does not divide by that.
  var rootEpsilon: Double? { get }

  /// The optimizer of a model's values.
  /// - Throws: `Failure` (system) if memory is short.
  func makeOptimizer(for model: Model) throws -> any Optimizer
}

extension OptimizerEntry {
  /// Divides by no root.
  public var rootEpsilon: Double? { nil }

  /// The key of the step size.
  public static var rateKey: RecipeKey<Self> {
    RecipeKey("learningRate", \.learningRate, .number(.atLeast(0)), "the step size")
  }

  /// The keys of the limits on the gradient.
  public static var clippingKeys: [RecipeKey<Self>] {
    [
      RecipeKey("clipNorm", \.clipNorm, .optional(.number(.above(0))), "the largest norm of the gradient, or none"),
      RecipeKey(
        "clipValue", \.clipValue, .optional(.number(.above(0))),
        "the largest size of each value of the gradient, cut before the norm, or none"),
    ]
  }
}

extension RecipeKey where Settings: OptimizerEntry {
  /// The key that leaves vectors out of the steps in proportion to their norm, and of weight decay.
  static func excludeVectors(_ property: any WritableKeyPath<Settings, Bool> & Sendable, steps: String) -> RecipeKey {
    RecipeKey(
      "excludeVectors", property, .flag,
      "whether biases and the scales and shifts of normalization take \(steps), without weight decay")
  }
}

extension Model {
  /// The numbers of the parameters that are vectors: biases, and the scales and shifts of normalization.
  var vectors: Set<Int> { Set(parameters.indices.filter { parameters[$0].shape.count == 1 }) }
}

extension EntryKind where Entry == any OptimizerEntry {
  /// Optimizers.
  static var optimizer: EntryKind { EntryKind("optimizer", { $0.optimizers.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any OptimizerEntry {
  /// An optimizer, by its name.
  static var optimizer: ValueType { entry(.optimizer, by: "name") }
}

extension Recipe {
  /// The optimizer in a few words, for people.
  public var optimizerSummary: String {
    let value = optimizer.clipValue.map { String(format: ", gradient values at most %g", $0) } ?? ""
    let norm = optimizer.clipNorm.map { String(format: ", gradient norm at most %g", $0) } ?? ""
    return String(format: "%@, learning rate %g", optimizer.name, baseLearningRate) + value + norm
  }
}
