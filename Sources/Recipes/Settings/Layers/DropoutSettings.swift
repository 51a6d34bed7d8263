/// Dropout (Srivastava et al. 2014).
public struct DropoutSettings: Equatable, Sendable {
  /// The share of values that is dropped.
  public var probability = 0.5

  /// Every default.
  public init() {}
}

extension DropoutSettings: VariantSettings {
  static let name = "dropout"
  static let doc = "drops values at random in training, the same ones on any number of ranks"
  static let shortKey: String? = "probability"

  static let fields: [Field<DropoutSettings>] = [
    Field("probability", \.probability, .number(.from(0, below: 1)), "the share of values that is dropped")
  ]
}
