import Diagnostics

/// A recipe's key for a property of its settings: how to read, write and describe it.
public struct RecipeKey<Settings: RecipeSettings>: Sendable {
  /// The key.
  let name: String
  /// One line on its meaning, with its unit if it has one.
  let doc: String
  /// Whether the recipe must give the key.
  let isRequired: Bool
  /// The key that may be given in place of a required one.
  let alternative: String?
  /// Sets the property from a section.
  let read: @Sendable (RecipeSection, inout Settings) throws -> Void
  /// The property as YAML.
  let write: @Sendable (Settings) -> YAMLOutput
  /// Whether recipes are written with the key even if its value is none.
  var writesNone = true
  /// The lists of layers in the key's value, if any, each with what follows the key: nothing, or a number.
  let layers: @Sendable (Settings) -> [(suffix: String, layers: [any LayerEntry])]
  /// Replaces each layer in the key's value.
  let replaceLayers: @Sendable (inout Settings, (any LayerEntry) -> any LayerEntry) -> Void

  private let shape: @Sendable () -> ValueShape
  private let isSection: Bool

  /// Declares that the key `name` holds the property at `property`.
  /// - Parameters:
  ///   - name: letters and digits, such as `hiddenSize`.
  ///   - property: the property to set.
  ///   - type: the accepted values.
  ///   - required: whether the recipe must give the key.
  ///   - alternative: the key that may be given in place of a required one.
  ///   - doc: one phrase on its meaning, with its unit if it has one.
  public init<Value>(
    _ name: String, _ property: any WritableKeyPath<Settings, Value> & Sendable, _ type: ValueType<Value>,
    required: Bool = false, unless alternative: String? = nil, _ doc: String
  ) {
    self.name = name
    self.doc = doc
    self.alternative = alternative
    isRequired = required
    shape = type.shape
    isSection = type.isSection
    read = { section, settings in
      let path = section.path(of: name)
      if let node = section[name] {
        settings[keyPath: property] = try type.read(node, path, settings[keyPath: property])
      } else if required, alternative.flatMap({ section[$0] }) == nil {
        throw section.place.failure("\(path) is missing", advice: "it is required: \(doc)")
      } else if type.isSection {
        // Read an absent section too: it may lack a required key.
        let nothing = YAMLNode(.mapping([]), at: section.place)
        settings[keyPath: property] = try type.read(nothing, path, settings[keyPath: property])
      }
    }
    write = { type.write($0[keyPath: property]) }
    layers = { settings in
      let value = settings[keyPath: property]
      if let lists = value as? [[any LayerEntry]] { return lists.enumerated().map { (".\($0)", $1) } }
      return (value as? [any LayerEntry]).map { [("", $0)] } ?? []
    }
    replaceLayers = { settings, new in
      let value = settings[keyPath: property]
      if let list = value as? [any LayerEntry], let replaced = list.map(new) as? Value {
        settings[keyPath: property] = replaced
      } else if let lists = value as? [[any LayerEntry]], let replaced = lists.map({ $0.map(new) }) as? Value {
        settings[keyPath: property] = replaced
      }
    }
  }

  /// The key as data.
  var info: KeyInfo {
    KeyInfo(
      name: name, doc: doc, isRequired: isRequired, alternative: alternative,
      makeDefaultText: { [write, shape, isRequired, isSection] in
        if isRequired { return nil }
        let standard = write(Settings())
        guard isSection else { return standard.flowText }
        guard case .mapping(let entries) = standard, case .entry(let kind) = shape() else { return nil }
        return entries.first { $0.key == kind.key }?.value.flowText
      }, makeShape: shape)
  }
}
