/// The optimizers.
public enum OptimizerSettings: Equatable, Sendable {
  /// Steps scaled by a running mean of squared gradients.
  case rmsprop(RMSpropSettings)
  /// Stochastic gradient descent, with or without momentum.
  case sgd(SGDSettings)
}

extension OptimizerSettings: Variant {
  static let noun = "optimizer"

  static let variants: [VariantCase<OptimizerSettings>] = [
    VariantCase(OptimizerSettings.rmsprop) { if case .rmsprop(let settings) = $0 { settings } else { nil } },
    VariantCase(OptimizerSettings.sgd) { if case .sgd(let settings) = $0 { settings } else { nil } },
  ]
}
