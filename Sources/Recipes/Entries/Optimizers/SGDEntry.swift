import Layers
import Optimizers

/// Stochastic gradient descent, with momentum and Nesterov's variant of it (Sutskever et al. 2013).
public struct SGDEntry: GroupedOptimizerEntry {
  /// The step size.
  public var learningRate = 0.01
  /// The share of the last step that is added to the next; 0 for none.
  public var momentum = 0.0
  /// Whether to use Nesterov's variant of momentum.
  public var nesterov = false
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
    "sgd", "stochastic gradient descent",
    example: "learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1.0e-4",
    keys: [
      rateKey,
      RecipeKey("momentum", \.momentum, .number(.from(0, below: 1)), "the share of the last step added to the next"),
      RecipeKey("nesterov", \.nesterov, .flag, "whether to use Nesterov's variant of momentum"),
      RecipeKey("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to their gradient"),
    ] + clippingKeys + groupKeys)

  /// Makes SGD for all values of the model.
  public func makeOptimizer(for model: Model) throws -> any Optimizer {
    try SGD(count: model.valueCount, momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
  }

  /// Checks that Nesterov's variant has momentum.
  public func check(_ section: RecipeSection) throws {
    if nesterov && momentum == 0 {
      throw section.conflict(
        of: ["nesterov"], "\(section.path(of: "nesterov")) needs momentum, but \(section.naming("momentum", momentum))",
        advice: "give momentum a value such as 0.9, or leave nesterov false")
    }
  }
}
