import Diagnostics

/// A key of a recipe that sets a property: all that reading, writing, messages and the reference know about it.
public struct RecipeKey<Settings: RecipeSettings>: Sendable {
  /// The key.
  let name: String
  /// One line on what it means; units where it has any.
  let doc: String
  /// Whether the recipe must give the key.
  let isRequired: Bool
  /// Sets the property from the section.
  let read: @Sendable (RecipeSection, inout Settings) throws -> Void
  /// The property's YAML.
  let write: @Sendable (Settings) -> YAMLOutput
  /// The layers that the key holds, if it holds any.
  let layers: @Sendable (Settings) -> [any LayerEntry]
  /// Puts another layer in the place of each that the key holds.
  let replaceLayers: @Sendable (inout Settings, (any LayerEntry) -> any LayerEntry) -> Void

  private let shape: @Sendable () -> ValueShape
  private let isSection: Bool

  /// Declares that the key `name` holds the property at `property`.
  /// - Parameters:
  ///   - name: letters and digits, as `hiddenSize`.
  ///   - property: where the value goes.
  ///   - type: what values it may have.
  ///   - required: whether the recipe must give the key.
  ///   - doc: one phrase on what it means, with its unit where it has one.
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
        // An absent section may still lack a required key.
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
