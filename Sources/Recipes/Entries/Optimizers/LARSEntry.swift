import Layers
import Optimizers

/// LARS (You, Gitman and Ginsburg 2017): momentum with each parameter's step in proportion to its norm.
public struct LARSEntry: GroupedOptimizerEntry {
  /// The step size.
  public var learningRate = 1.0
  /// The norm of a step of rate 1, before momentum and without weight decay, over the parameter's norm: c in the step
  /// rate · c · ‖w‖ / (‖g‖ + d · ‖w‖) · (g + d · w) with the weight decay d, whose running sum is the momentum's.
  public var trustCoefficient = 0.001
  /// The share of the last step that is added to the next; 0 for none.
  public var momentum = 0.9
  /// The share of the weights that is added to their gradient.
  public var weightDecay = 0.0
  /// Whether biases, and scales and shifts of normalization, take plain steps of momentum, without weight decay.
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
    "lars", "momentum with each parameter's step in proportion to its norm, for large batches",
    example: "learningRate: 1, momentum: 0.9, weightDecay: 1.0e-4",
    keys: [
      rateKey,
      RecipeKey(
        "trustCoefficient", \.trustCoefficient, .number(.above(0)),
        "c in a step before momentum, rate · c · ‖w‖ / (‖g‖ + d · ‖w‖) · (g + d · w) with the weight decay d; without the "
          + "quotient if a norm is 0"),
      RecipeKey("momentum", \.momentum, .number(.from(0, below: 1)), "the share of the last step added to the next"),
      RecipeKey("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to their gradient"),
      .excludeVectors(\.excludeVectors, steps: "plain steps of momentum"),
    ] + clippingKeys + groupKeys)

  /// Makes LARS for all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try LARS(
      count: model.valueCount, segments: model.segments, trustCoefficient: trustCoefficient, momentum: momentum,
      weightDecay: weightDecay, excluded: excludeVectors ? model.vectors : [])
  }
}
