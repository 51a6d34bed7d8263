import Layers
import Optimizers

/// Adam (Kingma and Ba 2015): running means of gradients over those of their squares.
public struct AdamEntry: OptimizerEntry {
  /// The step size.
  public var learningRate = 0.001
  /// The share of the running mean of gradients that is kept at each step.
  public var beta1 = 0.9
  /// The share of the running mean of squared gradients that is kept at each step.
  public var beta2 = 0.999
  /// What is added to the root of the mean square, against division by zero.
  public var epsilon = 1e-8
  /// The share of the weights that is added to their gradient.
  public var weightDecay = 0.0
  /// The norm that gradients are scaled down to where theirs is larger; nil for no limit.
  public var clipNorm: Double?
  /// The size that each value of the gradient is cut to, before the norm; nil for no limit.
  public var clipValue: Double?

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "adam", "the running mean of gradients over the root of that of their squares",
    example: "learningRate: 0.003, beta2: 0.99",
    keys: [
      rateKey,
      RecipeKey("beta1", \.beta1, .number(.from(0, below: 1)), "the share of the mean gradient kept at each step"),
      RecipeKey("beta2", \.beta2, .number(.from(0, below: 1)), "the share of the mean square kept at each step"),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the mean square's root, against division by zero"),
      RecipeKey("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to their gradient"),
    ] + clippingKeys)

  /// What is added to the root.
  public var rootEpsilon: Double? { epsilon }

  /// Adam over all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try Adam(
      count: model.valueCount, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
  }
}
