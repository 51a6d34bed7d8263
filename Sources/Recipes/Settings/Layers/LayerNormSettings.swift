/// Normalisation over the features (Ba, Kiros and Hinton 2016).
public struct LayerNormSettings: Equatable, Sendable {
  /// What is added to the variance, against division by zero.
  public var epsilon = 1e-5

  /// Every default.
  public init() {}
}

extension LayerNormSettings: VariantSettings {
  static let name = "layer-norm"
  static let doc = "normalisation over the features of each step or pixel"

  static let fields: [Field<LayerNormSettings>] = [
    Field("epsilon", \.epsilon, .number(.above(0)), "added to the variance, against division by zero")
  ]
}
