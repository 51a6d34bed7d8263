import Diagnostics

/// A recipe's key for a property of its settings: how to read, write and describe it.
public struct RecipeKey<Settings: RecipeSettings>: Sendable {
  /// The key.
  let name: String
  /// One line on its meaning, with its unit if it has one.
  let doc: String
  /// Whether the recipe must give the key.
  let isRequired: Bool
  /// Sets the property from a section.
  let read: @Sendable (RecipeSection, inout Settings) throws -> Void
  /// The property as YAML.
  let write: @Sendable (Settings) -> YAMLOutput
  /// The layers in the key's value, if any.
  let layers: @Sendable (Settings) -> [any LayerEntry]
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
  ///   - doc: one phrase on its meaning, with its unit if it has one.
  public init<Value>(
    _ name: String, _ property: any WritableKeyPath<Settings, Value> & Sendable, _ type: ValueType<Value>,
    required: Bool = false, _ doc: String
  ) {
    self.name = name
    self.doc = doc
    isRequired = required
    shape = type.shape
    isSection = type.isSection
    read = { section, settings in
      let path = section.path(of: name)
      if let node = section[name] {
        settings[keyPath: property] = try type.read(node, path, settings[keyPath: property])
      } else if required {
        throw section.place.failure("\(path) is missing", advice: "it is required: \(doc)")
      } else if type.isSection {
        // Read an absent section too: it may lack a required key.
        let nothing = YAMLNode(.mapping([]), at: section.place)
        settings[keyPath: property] = try type.read(nothing, path, settings[keyPath: property])
      }
    }
    write = { type.write($0[keyPath: property]) }
    layers = { $0[keyPath: property] as? [any LayerEntry] ?? [] }
    replaceLayers = { settings, new in
      guard let list = settings[keyPath: property] as? [any LayerEntry], let value = list.map(new) as? Value
      else { return }
      settings[keyPath: property] = value
    }
  }

  /// The key as data.
  var info: KeyInfo {
    KeyInfo(
      name: name, doc: doc, isRequired: isRequired,
      makeDefaultText: { [write, shape, isRequired, isSection] in
        if isRequired { return nil }
        let standard = write(Settings())
        guard isSection else { return standard.flowText }
        guard case .mapping(let entries) = standard, case .entry(let kind) = shape() else { return nil }
        return entries.first { $0.key == kind.key }?.value.flowText
      }, makeShape: shape)
  }
}
