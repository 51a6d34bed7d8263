/// Average pooling over everything.
public struct GlobalAveragePoolSettings: Equatable, Sendable {

  /// Every default.
  public init() {}
}

extension GlobalAveragePoolSettings: VariantSettings {
  static let name = "global-average-pool"
  static let doc = "the mean over all pixels or steps"

  static let fields: [Field<GlobalAveragePoolSettings>] = []
}
