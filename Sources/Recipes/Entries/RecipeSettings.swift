/// A struct for one mapping of a recipe. Its properties hold the values of the keys in its form.
public protocol RecipeSettings: Equatable, Sendable {
  /// The keys, and how recipes write the mapping.
  static var form: RecipeForm<Self> { get }

  /// Every property at its default; those of required keys hold a placeholder.
  init()

  /// Checks that properties which are valid alone are also valid together.
  /// - Throws: `Failure` (configuration) from `section.conflict`.
  func check(_ section: RecipeSection) throws
}

extension RecipeSettings {
  /// Checks nothing.
  public func check(_ section: RecipeSection) throws {}

  /// Whether a recipe writes both the same way.
  public static func == (a: Self, b: Self) -> Bool {
    YAMLOutput.mapping(a.written).flowText == YAMLOutput.mapping(b.written).flowText
  }

  /// Reads the settings of a section; what it leaves out stays as in `start`.
  static func read(_ section: RecipeSection, onto start: Self) throws -> Self {
    try section.checkKeys(form.keys.map(\.name), moved: form.moved)
    var settings = start
    for key in form.keys { try key.read(section, &settings) }
    try settings.check(section)
    return settings
  }

  /// Every key with its value, but for those that are only written if they have one.
  var written: [YAMLOutput.Entry] {
    Self.form.keys.compactMap { key in
      let value = key.write(self)
      if !key.writesNone, case .scalar("none") = value { return nil }
      return YAMLOutput.Entry(key: key.name, doc: key.doc, value: value)
    }
  }
}

/// Settings that recipes choose by name among others of their kind: a layer, a data source, an optimizer.
///
/// Built-in entries and those of a program are declared the same way and listed in a `Registry`.
public protocol RecipeEntry: RecipeSettings {}

extension RecipeEntry {
  /// The name in recipes.
  public static var name: String { form.name }

  /// The name in recipes.
  package var kind: String { Self.name }

  /// Whether another entry has the same type and is written the same way.
  public func isEqual(to other: any RecipeEntry) -> Bool { self == other as? Self }

  /// The entry as data.
  static var info: EntryInfo {
    EntryInfo(
      name: form.name, doc: form.doc, example: form.example, makeKeys: { form.keys.map(\.info) },
      makeShort: { form.keys.first { $0.name == form.short }?.info })
  }

  /// The key whose value may stand for the whole mapping, or nil.
  static var shortKey: String? { form.short }

  /// Whether the entry has the key.
  static func hasKey(_ key: String) -> Bool { form.keys.contains { $0.name == key } }

  /// Reads the entry of a section; what it leaves out stays as in `current`, if that has this type.
  static func entry(_ section: RecipeSection, onto current: (any RecipeEntry)?) throws -> any RecipeEntry {
    try read(section, onto: current as? Self ?? Self())
  }
}
