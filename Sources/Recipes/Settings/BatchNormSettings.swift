/// Batch normalization (Ioffe and Szegedy 2015).
public struct BatchNormSettings: Equatable, Sendable {
  /// Added to the variance, against division by zero.
  public var epsilon = 1e-5
  /// The share of each batch's statistics in the running ones.
  public var momentum = 0.1

  /// Every default.
  public init() {}
}

extension BatchNormSettings: VariantSettings {
  static let name = "batch-norm"
  static let doc = "normalization by the statistics of the global batch"

  static let fields: [Field<BatchNormSettings>] = [
    Field("epsilon", \.epsilon, .number(.above(0)), "added to the variance, against division by zero"),
    Field(
      "momentum", \.momentum, .number(.from(0, through: 1)), "the share of each batch's statistics in the running ones"),
  ]
}
