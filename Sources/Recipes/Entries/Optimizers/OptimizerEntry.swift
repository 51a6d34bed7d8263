import Foundation
import Layers
import Optimizers

/// An optimizer in recipes: how gradients change the weights.
public protocol OptimizerEntry: RecipeEntry {
  /// The step size.
  var learningRate: Double { get set }
  /// The largest norm of the gradient, which is scaled down to it; nil for no limit.
  var clipNorm: Double? { get set }
  /// The largest size of each gradient value; nil for no limit.
  var clipValue: Double? { get set }
  /// What differs between parameters.
  var options: UpdateOptions { get }
  /// The number added to the root of the mean squared gradient; nil if the optimizer does not divide by that root.
  var rootEpsilon: Double? { get }

  /// Makes the optimizer of a model's values.
  /// - Throws: `Failure` (system) if there is not enough memory.
  func makeOptimizer(for model: Model) throws -> any Optimizer
}

/// An optimizer in recipes that can update some parameters in another way than others: it makes a `SlicedOptimizer`.
public protocol GroupedOptimizerEntry: OptimizerEntry {
  /// What differs between parameters.
  var options: UpdateOptions { get set }
}

extension GroupedOptimizerEntry {
  /// The keys of `options`.
  public static var groupKeys: [RecipeKey<Self>] {
    [
      RecipeKey(
        "decayed", \.options.decayed, .choice,
        "what weightDecay is for: all parameters, or weights alone, not biases nor scales and shifts of normalization"),
      RecipeKey(
        "normDecay", \.options.normDecay, .optional(.number(.atLeast(0))),
        "the weight decay of normalization's scales and shifts, or none for what decayed says"),
      RecipeKey(
        "biasDecay", \.options.biasDecay, .optional(.number(.atLeast(0))),
        "the weight decay of the biases of other layers, or none for what decayed says"),
      RecipeKey(
        "groups", \.options.groups, .list(.section, least: 0),
        "parameters with another learning rate or weight decay; the first group whose match fits a name is the one"),
    ]
  }
}

extension OptimizerEntry {
  /// Nothing differs.
  public var options: UpdateOptions { UpdateOptions() }

  /// Nil: divides by no root.
  public var rootEpsilon: Double? { nil }

  /// The key `learningRate`.
  public static var rateKey: RecipeKey<Self> {
    RecipeKey("learningRate", \.learningRate, .number(.atLeast(0)), "the step size")
  }

  /// The keys `clipNorm` and `clipValue`.
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
  /// The key that excludes vectors from steps in proportion to their norm, and from weight decay.
  static func excludeVectors(_ property: any WritableKeyPath<Settings, Bool> & Sendable, steps: String) -> RecipeKey {
    RecipeKey(
      "excludeVectors", property, .flag,
      "whether biases, and scales and shifts of normalization, take \(steps), without weight decay")
  }
}

extension Model {
  /// The indices of the parameters that are vectors: biases, and scales and shifts of normalization.
  var vectors: Set<Int> { Set(parameters.indices.filter { parameters[$0].shape.count == 1 }) }
}

extension EntryKind where Entry == any OptimizerEntry {
  /// The kind of all optimizers.
  static var optimizer: EntryKind { EntryKind("optimizer", { $0.optimizers.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any OptimizerEntry {
  /// An optimizer, by its name.
  static var optimizer: ValueType { entry(.optimizer, by: "name") }
}

extension Recipe {
  /// One line that describes the optimizer.
  public var optimizerSummary: String {
    let value = optimizer.clipValue.map { String(format: ", gradient values at most %g", $0) } ?? ""
    let norm = optimizer.clipNorm.map { String(format: ", gradient norm at most %g", $0) } ?? ""
    return String(format: "%@, learning rate %g", optimizer.kind, baseLearningRate) + value + norm
  }
}
