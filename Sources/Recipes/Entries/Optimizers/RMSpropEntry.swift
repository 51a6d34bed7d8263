import Layers
import Optimizers

/// RMSprop (Hinton, lecture 6e, 2012): steps scaled by a running mean of squared gradients.
public struct RMSpropEntry: GroupedOptimizerEntry {
  /// The step size.
  public var learningRate = 0.001
  /// The share of the mean square that each step keeps.
  public var alpha = 0.99
  /// Added to the root of the mean square to avoid division by zero.
  public var epsilon = 1e-8
  /// The share of the last step that is added to the next; 0 for none.
  public var momentum = 0.0
  /// Whether to divide by the root of the variance instead: the mean square less the mean's square (Graves 2013).
  public var centered = false
  /// The share of the weights that is added to their gradient.
  public var weightDecay = 0.0
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
    "rmsprop", "steps scaled by a running mean of squared gradients",
    example: "learningRate: 0.001, alpha: 0.99, clipNorm: 1",
    keys: [
      rateKey,
      RecipeKey("alpha", \.alpha, .number(.from(0, below: 1)), "the share of the mean square that each step keeps"),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the divisor to avoid division by zero"),
      RecipeKey("momentum", \.momentum, .number(.from(0, below: 1)), "the share of the last step added to the next"),
      RecipeKey("centered", \.centered, .flag, "whether to scale by the variance instead of the mean square"),
      RecipeKey("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to their gradient"),
    ] + clippingKeys + groupKeys)

  /// `epsilon`, which is added to the root of the mean square.
  public var rootEpsilon: Double? { epsilon }

  /// Makes RMSprop for all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try RMSprop(
      count: model.valueCount, alpha: alpha, epsilon: epsilon, weightDecay: weightDecay, momentum: momentum,
      centered: centered)
  }
}
