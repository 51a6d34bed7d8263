import Diagnostics

/// A key of a recipe that sets a property of an entry: all that reading, writing and messages know about it.
public struct RecipeKey<Entry: RecipeEntry>: Sendable {
  /// The key as a field of the settings that stand for the entry.
  let field: Field<EntrySettings<Entry>>

  /// Declares that the key `name` holds the property at `property`.
  /// - Parameters:
  ///   - name: letters and digits, as `hiddenSize`.
  ///   - property: where the value goes.
  ///   - type: what values it may have.
  ///   - required: whether the recipe must give the key.
  ///   - doc: one phrase on what it means, with its unit where it has one.
  public init<Value>(
    _ name: String, _ property: any WritableKeyPath<Entry, Value> & Sendable, _ type: ValueType<Value>,
    required: Bool = false, _ doc: String
  ) {
    field = Field(
      name, get: { $0.entry[keyPath: property] }, set: { $0.entry[keyPath: property] = $1 }, type, required: required,
      doc)
  }
}

/// An entry as settings like those that come along.
struct EntrySettings<Entry: RecipeEntry>: VariantSettings {
  var entry: Entry

  init(_ entry: Entry) { self.entry = entry }
  init() { self.init(Entry()) }

  static var name: String { Entry.name }
  static var doc: String { Entry.doc }
  static var shortKey: String? { Entry.shortKey }
  static var fields: [Field<EntrySettings>] { Entry.keys.map(\.field) }

  func check(_ section: Section) throws {
    do {
      try entry.check()
    } catch let failure as Failure {
      throw Failure(
        failure.exitCode, "\(section.place): \(section.path): \(failure.message)", advice: failure.advice)
    }
  }
}
