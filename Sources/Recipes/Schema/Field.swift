import Diagnostics

/// One key of a settings struct: all that reading, writing, messages and the reference know about it.
struct Field<Root: Settings>: Sendable {
  /// The key.
  let name: String
  /// One line on what it means; units where it has any.
  let doc: String
  /// Whether the recipe must give the key.
  let isRequired: Bool
  /// Sets the property from the section.
  let read: @Sendable (Section, inout Root) throws -> Void
  /// The property's YAML.
  let write: @Sendable (Root) -> YAMLOutput

  private let shape: @Sendable () -> ValueShape
  private let isSection: Bool

  /// Declares that the key `name` holds the property at `property`.
  init<Value>(
    _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ type: ValueType<Value>,
    required: Bool = false, _ doc: String
  ) {
    self.init(
      name, get: { $0[keyPath: property] }, set: { $0[keyPath: property] = $1 }, type, required: required, doc)
  }

  /// Declares that the key `name` holds what `get` reads and `set` changes.
  init<Value>(
    _ name: String, get: @escaping @Sendable (Root) -> Value, set: @escaping @Sendable (inout Root, Value) -> Void,
    _ type: ValueType<Value>, required: Bool, _ doc: String
  ) {
    self.name = name
    self.doc = doc
    isRequired = required
    shape = type.shape
    isSection = type.isSection
    read = { section, root in
      let path = section.path(of: name)
      if let node = section[name] {
        set(&root, try type.read(node, path, get(root)))
      } else if required {
        throw section.place.failure("\(path) is missing", advice: "it is required: \(doc)")
      } else if type.isSection {
        // An absent section may still lack a required key.
        let nothing = YAMLNode(.mapping([]), at: section.place)
        set(&root, try type.read(nothing, path, get(root)))
      }
    }
    write = { type.write(get($0)) }
  }

  /// The field as data.
  var info: KeyInfo {
    KeyInfo(
      name: name, doc: doc, isRequired: isRequired,
      makeDefaultText: { [write, shape, isRequired, isSection] in
        if isRequired { return nil }
        let standard = write(Root())
        guard isSection else { return standard.flowText }
        guard case .mapping(let entries) = standard, case .variants(let variants) = shape() else { return nil }
        return entries.first { $0.key == variants.key }?.value.flowText
      }, makeShape: shape)
  }
}
