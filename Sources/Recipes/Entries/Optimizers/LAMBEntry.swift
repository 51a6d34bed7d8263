import Layers
import Optimizers

/// LAMB (You et al. 2020): Adam with each parameter's step in proportion to its norm, for large batches.
public struct LAMBEntry: GroupedOptimizerEntry {
  /// The step size.
  public var learningRate = 0.001
  /// The share of the mean gradient that each step keeps.
  public var beta1 = 0.9
  /// The share of the mean square that each step keeps.
  public var beta2 = 0.999
  /// Added to the root of the mean square to avoid division by zero.
  public var epsilon = 1e-6
  /// The share of the weights that is added to the direction.
  public var weightDecay = 0.01
  /// Whether biases, and scales and shifts of normalization, take Adam's steps, without weight decay.
  public var excludeVectors = false
  /// The largest norm of the gradient, which is scaled down to it; nil for no limit.
  public var clipNorm: Double?
  /// The largest size of each gradient value, cut before the norm is taken; nil for no limit.
  public var clipValue: Double?
  /// What differs between parameters.
  public var options = UpdateOptions()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "lamb", "Adam with each parameter's step in proportion to its norm, for large batches",
    example: "learningRate: 0.01, weightDecay: 0.01",
    keys: [
      rateKey,
      RecipeKey("beta1", \.beta1, .number(.from(0, below: 1)), "the share of the mean gradient that each step keeps"),
      RecipeKey("beta2", \.beta2, .number(.from(0, below: 1)), "the share of the mean square that each step keeps"),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the divisor to avoid division by zero"),
      RecipeKey("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to the direction"),
      .excludeVectors(\.excludeVectors, steps: "Adam's steps"),
    ] + clippingKeys + groupKeys)

  /// `epsilon`, which is added to the root of the mean square.
  public var rootEpsilon: Double? { epsilon }

  /// Makes LAMB for all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try LAMB(
      count: model.valueCount, segments: model.segments, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay, excluded: excludeVectors ? model.vectors : [])
  }
}
