/// RMSprop (Hinton, lecture 6e, 2012): steps scaled by a running mean of squared gradients.
public struct RMSpropSettings: Equatable, Sendable {
  /// The step size.
  public var learningRate = 0.001
  /// The share of the running mean that is kept at each step.
  public var alpha = 0.99
  /// What is added to the root of the mean, against division by zero.
  public var epsilon = 1e-8
  /// The share of the weights that is added to their gradient.
  public var weightDecay = 0.0
  /// The norm that gradients are scaled down to where theirs is larger; nil for no limit.
  public var clipNorm: Double?

  /// Every default.
  public init() {}
}

extension RMSpropSettings: VariantSettings {
  static let name = "rmsprop"
  static let doc = "steps scaled by a running mean of squared gradients"

  static let fields: [Field<RMSpropSettings>] = [
    Field("learningRate", \.learningRate, .number(.atLeast(0)), "the step size"),
    Field("alpha", \.alpha, .number(.from(0, below: 1)), "the share of the running mean kept at each step"),
    Field("epsilon", \.epsilon, .number(.above(0)), "added to the mean's root, against division by zero"),
    Field("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to their gradient"),
    Field("clipNorm", \.clipNorm, .optional(.number(.above(0))), "the largest norm of the gradient, or none"),
  ]
}
