import Layers
import Optimizers

/// The optimizers.
public enum OptimizerSettings: Equatable, Sendable {
  /// Steps scaled by a running mean of squared gradients.
  case rmsprop(RMSpropSettings)
  /// Stochastic gradient descent, with or without momentum.
  case sgd(SGDSettings)
  /// Running means of gradients and of their squares.
  case adam(AdamSettings)
  /// Adam with weight decay apart.
  case adamw(AdamWSettings)
  /// Momentum with a rate of its own for each parameter.
  case lars(LARSSettings)
  /// Adam with a rate of its own for each parameter.
  case lamb(LAMBSettings)
}

extension OptimizerSettings: Variant {
  static let noun = "optimizer"

  static let variants: [VariantCase<OptimizerSettings>] = [
    VariantCase(OptimizerSettings.rmsprop) { if case .rmsprop(let settings) = $0 { settings } else { nil } },
    VariantCase(OptimizerSettings.sgd) { if case .sgd(let settings) = $0 { settings } else { nil } },
    VariantCase(OptimizerSettings.adam) { if case .adam(let settings) = $0 { settings } else { nil } },
    VariantCase(OptimizerSettings.adamw) { if case .adamw(let settings) = $0 { settings } else { nil } },
    VariantCase(OptimizerSettings.lars) { if case .lars(let settings) = $0 { settings } else { nil } },
    VariantCase(OptimizerSettings.lamb) { if case .lamb(let settings) = $0 { settings } else { nil } },
  ]

  /// The settings of the chosen optimizer.
  var chosenSettings: any OptimizerVariantSettings {
    switch self {
    case .rmsprop(let settings): settings
    case .sgd(let settings): settings
    case .adam(let settings): settings
    case .adamw(let settings): settings
    case .lars(let settings): settings
    case .lamb(let settings): settings
    }
  }
}

/// What every optimizer's settings have.
protocol OptimizerVariantSettings: VariantSettings {
  /// The step size.
  var learningRate: Double { get set }
  /// The norm that gradients are scaled down to where theirs is larger; nil for no limit.
  var clipNorm: Double? { get set }
  /// The size that each value of the gradient is cut to; nil for no limit.
  var clipValue: Double? { get set }

  /// The optimizer of a model's values.
  /// - Throws: `Failure` (system) where memory is short.
  func makeOptimizer(for model: Model) throws -> any Optimizer
}

extension OptimizerVariantSettings {
  /// The key of the step size.
  static var rateField: Field<Self> { Field("learningRate", \.learningRate, .number(.atLeast(0)), "the step size") }

  /// The keys of the limits on the gradient.
  static var clippingFields: [Field<Self>] {
    [
      Field("clipNorm", \.clipNorm, .optional(.number(.above(0))), "the largest norm of the gradient, or none"),
      Field(
        "clipValue", \.clipValue, .optional(.number(.above(0))),
        "the largest size of each value of the gradient, cut before the norm, or none"),
    ]
  }
}
