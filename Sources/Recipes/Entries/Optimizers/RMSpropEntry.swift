import Layers
import Optimizers

/// RMSprop (Hinton, lecture 6e, 2012): steps scaled by a running mean of squared gradients.
public struct RMSpropEntry: OptimizerEntry {
  /// The step size.
  public var learningRate = 0.001
  /// The share of the running mean that is kept at each step.
  public var alpha = 0.99
  /// What is added to the root of the mean, against division by zero.
  public var epsilon = 1e-8
  /// The share of the last step that is added to the next; 0 for none.
  public var momentum = 0.0
  /// Whether the mean gradient, squared, is taken off the mean square (Graves 2013).
  public var centered = false
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
    "rmsprop", "steps scaled by a running mean of squared gradients",
    example: "learningRate: 0.001, alpha: 0.99, clipNorm: 1",
    keys: [
      rateKey,
      RecipeKey("alpha", \.alpha, .number(.from(0, below: 1)), "the share of the running mean kept at each step"),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the mean's root, against division by zero"),
      RecipeKey("momentum", \.momentum, .number(.from(0, below: 1)), "the share of the last step added to the next"),
      RecipeKey("centered", \.centered, .flag, "whether to scale by the variance instead of the mean square"),
      RecipeKey("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to their gradient"),
    ] + clippingKeys)

  /// What is added to the root.
  public var rootEpsilon: Double? { epsilon }

  /// RMSprop over all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try RMSprop(
      count: model.valueCount, alpha: alpha, epsilon: epsilon, weightDecay: weightDecay, momentum: momentum,
      centered: centered)
  }
}
