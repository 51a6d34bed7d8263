/// The name of a variant that has no settings.
public protocol PlainName: Equatable, Sendable {
  /// The name that chooses the variant.
  static var name: String { get }
  /// One line on what it is.
  static var doc: String { get }
}

/// The settings of a variant that has none.
public struct PlainSettings<Name: PlainName>: Equatable, Sendable {
  /// The only value.
  public init() {}
}

extension PlainSettings: Settings, VariantSettings {
  static var name: String { Name.name }
  static var doc: String { Name.doc }
  static var fields: [Field<PlainSettings>] { [] }
}
