import Layers
import Optimizers

/// AdamW (Loshchilov and Hutter 2019): Adam with weight decay separate from the running means.
public struct AdamWEntry: GroupedOptimizerEntry {
  /// The step size.
  public var learningRate = 0.001
  /// The share of the mean gradient that each step keeps.
  public var beta1 = 0.9
  /// The share of the mean square that each step keeps.
  public var beta2 = 0.999
  /// Added to the root of the mean square to avoid division by zero.
  public var epsilon = 1e-8
  /// The share of the weights that a step of rate 1 subtracts.
  public var weightDecay = 0.01
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
    "adamw", "Adam with weight decay separate from the gradients", example: "learningRate: 0.003, weightDecay: 0.05",
    keys: [
      rateKey,
      RecipeKey("beta1", \.beta1, .number(.from(0, below: 1)), "the share of the mean gradient that each step keeps"),
      RecipeKey("beta2", \.beta2, .number(.from(0, below: 1)), "the share of the mean square that each step keeps"),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the divisor to avoid division by zero"),
      RecipeKey(
        "weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights that a step of rate 1 subtracts"),
    ] + clippingKeys + groupKeys)

  /// `epsilon`, which is added to the root of the mean square.
  public var rootEpsilon: Double? { epsilon }

  /// Makes AdamW for all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try AdamW(
      count: model.valueCount, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
  }
}
