/// A struct that is one mapping of the recipe. Its `fields` are the only place that names its keys.
protocol Settings: Equatable, Sendable {
  /// Every property at its default; a required one holds a placeholder.
  init()

  /// The keys, in the order in which they are written.
  static var fields: [Field<Self>] { get }

  /// Keys that stood here once, each with what to write instead.
  static var movedKeys: [String: String] { get }

  /// The key whose value may stand in place of the whole mapping, since it can mean nothing else: `linear: 10`; nil for
  /// none.
  static var shortKey: String? { get }

  /// Throws where properties that are each valid do not go together.
  func check(_ section: Section) throws
}

extension Settings {
  static var movedKeys: [String: String] { [:] }

  static var shortKey: String? { nil }

  func check(_ section: Section) throws {}

  /// The settings a section gives; what it leaves out stays as in `start`.
  static func read(_ section: Section, onto start: Self) throws -> Self {
    try section.checkKeys(fields.map(\.name), moved: movedKeys)
    var settings = start
    for field in fields { try field.read(section, &settings) }
    try settings.check(section)
    return settings
  }

  /// The key that may be left out, as data.
  static var shortInfo: KeyInfo? { fields.first { $0.name == shortKey }?.info }

  /// Every key with its value.
  var written: [YAMLOutput.Entry] {
    Self.fields.map { YAMLOutput.Entry(key: $0.name, doc: $0.doc, value: $0.write(self)) }
  }
}

/// Settings that are one of several variants: a layer, a data source, an optimizer.
protocol VariantSettings: Settings {
  /// The name that chooses the variant.
  static var name: String { get }
  /// One line on what it is.
  static var doc: String { get }
}
