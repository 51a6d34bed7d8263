/// What training makes small.
public enum LossSettings: Equatable, Sendable {
  /// The cross-entropy of logits and class labels.
  case crossEntropy(CrossEntropySettings)
  /// The cross-entropy of single events, each with a logit of its own.
  case binaryCrossEntropy(PlainSettings<BinaryCrossEntropyName>)
  /// The mean of squared differences.
  case squared(PlainSettings<SquaredName>)
  /// The mean of absolute differences.
  case absolute(PlainSettings<AbsoluteName>)
  /// Squared where small, absolute where large.
  case huber(HuberSettings)
  /// Huber's, divided by its delta.
  case smoothAbsolute(SmoothAbsoluteSettings)
}

extension LossSettings: Variant {
  static let noun = "loss"

  static let variants: [VariantCase<LossSettings>] = [
    VariantCase(LossSettings.crossEntropy) { if case .crossEntropy(let settings) = $0 { settings } else { nil } },
    VariantCase(LossSettings.binaryCrossEntropy) {
      if case .binaryCrossEntropy(let settings) = $0 { settings } else { nil }
    },
    VariantCase(LossSettings.squared) { if case .squared(let settings) = $0 { settings } else { nil } },
    VariantCase(LossSettings.absolute) { if case .absolute(let settings) = $0 { settings } else { nil } },
    VariantCase(LossSettings.huber) { if case .huber(let settings) = $0 { settings } else { nil } },
    VariantCase(LossSettings.smoothAbsolute) { if case .smoothAbsolute(let settings) = $0 { settings } else { nil } },
  ]
}
