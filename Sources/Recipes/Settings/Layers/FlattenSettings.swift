/// All values of a sample as one vector.
public struct FlattenSettings: Equatable, Sendable {

  /// Every default.
  public init() {}
}

extension FlattenSettings: VariantSettings {
  static let name = "flatten"
  static let doc = "all values as one vector"

  static let fields: [Field<FlattenSettings>] = []
}
