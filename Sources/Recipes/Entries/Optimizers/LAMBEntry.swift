import Layers
import Optimizers

/// LAMB (You et al. 2020): Adam with steps in proportion to the norm of each parameter, for large batches.
public struct LAMBEntry: OptimizerEntry {
  /// The step size.
  public var learningRate = 0.001
  /// The share of the running mean of gradients that is kept at each step.
  public var beta1 = 0.9
  /// The share of the running mean of squared gradients that is kept at each step.
  public var beta2 = 0.999
  /// What is added to the root of the mean square, against division by zero.
  public var epsilon = 1e-6
  /// The share of the weights that is added to the direction.
  public var weightDecay = 0.01
  /// Whether biases and the scales of normalization take Adam's steps, without weight decay.
  public var excludeVectors = false
  /// The norm that gradients are scaled down to where theirs is larger; nil for no limit.
  public var clipNorm: Double?
  /// The size that each value of the gradient is cut to, before the norm; nil for no limit.
  public var clipValue: Double?

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "lamb", "Adam with steps in proportion to the norm of each parameter, for large batches",
    example: "learningRate: 0.01, weightDecay: 0.01",
    keys: [
      rateKey,
      RecipeKey("beta1", \.beta1, .number(.from(0, below: 1)), "the share of the mean gradient kept at each step"),
      RecipeKey("beta2", \.beta2, .number(.from(0, below: 1)), "the share of the mean square kept at each step"),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the mean square's root, against division by zero"),
      RecipeKey("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to the direction"),
      .excludeVectors(\.excludeVectors, steps: "Adam's steps"),
    ] + clippingKeys)

  /// What is added to the root.
  public var rootEpsilon: Double? { epsilon }

  /// LAMB over all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try LAMB(
      count: model.valueCount, segments: model.segments, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay, excluded: excludeVectors ? model.vectors : [])
  }
}
