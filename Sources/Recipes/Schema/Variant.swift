import Diagnostics

/// An enumeration whose cases hold the settings of the variants of a section.
protocol Variant: Equatable, Sendable {
  /// What a variant is called in messages: "layer", "optimizer".
  static var noun: String { get }
  /// Every variant: the registry.
  static var variants: [VariantCase<Self>] { get }
  /// The value's case where that is one of the program's own; nil for those that come along.
  var customVariant: VariantCase<Self>? { get }
}

extension Variant {
  var customVariant: VariantCase<Self>? { nil }
}

/// One case of a `Variant`.
struct VariantCase<Whole: Sendable>: Sendable {
  /// The name that chooses the case.
  let name: String
  /// One line on what it is.
  let doc: String
  /// The case with every default.
  let standard: Whole
  /// Reads the case's settings onto those of `current`, if that is the same case.
  let read: @Sendable (Section, _ current: Whole?) throws -> Whole
  /// The case's keys and values; nil for a value of another case.
  let write: @Sendable (Whole) -> [YAMLOutput.Entry]?
  /// The case as data.
  let info: VariantInfo

  private let isKey: @Sendable (String) -> Bool

  /// Registers a case by its constructor and the way back.
  init<Payload: VariantSettings>(
    _ wrap: @escaping @Sendable (Payload) -> Whole, _ unwrap: @escaping @Sendable (Whole) -> Payload?
  ) {
    name = Payload.name
    doc = Payload.doc
    standard = wrap(Payload())
    read = { section, current in
      wrap(try Payload.read(section, onto: current.flatMap(unwrap) ?? Payload()))
    }
    write = { unwrap($0)?.written }
    isKey = { key in Payload.fields.contains { $0.name == key } }
    info = VariantInfo(name: name, doc: doc) { Payload.fields.map(\.info) }
  }

  /// Whether the case's settings have the key.
  func hasKey(_ key: String) -> Bool { isKey(key) }
}

extension Variant {
  /// The case called `name`.
  static func variant(named name: String?) -> VariantCase<Self>? { variants.first { $0.name == name } }

  /// The name of the value's case, and its keys and values.
  var chosen: (name: String, doc: String, entries: [YAMLOutput.Entry]) {
    for variant in customVariant.map({ [$0] }) ?? Self.variants {
      if let entries = variant.write(self) { return (variant.name, variant.doc, entries) }
    }
    preconditionFailure("a case of \(Self.self) is missing from its registry")
  }

  /// The variants as data.
  static func info(key: String?, allowsName: Bool) -> VariantsInfo {
    VariantsInfo(noun: noun, key: key, allowsName: allowsName, variants: variants.map(\.info))
  }

  fileprivate static func unknown(_ node: YAMLNode, _ path: String) -> Failure {
    unknownChoice(node, "\(path): there is no \(noun)", variants.map(\.name))
  }
}

extension ValueType where Value: Variant {
  /// A mapping in which `key` names the variant, beside the variant's own keys; with `orName`, also the name alone.
  static func variant(by key: String, orName: Bool = false) -> ValueType {
    ValueType(isSection: true) {
      .variants(Value.info(key: key, allowsName: orName))
    } read: { node, path, current in
      let whole = try Section(orName ? node.asMapping(of: key) : node, path: path)
      let named = whole[key]
      guard let name = named.map({ $0.text ?? "" }) ?? current?.chosen.name else {
        throw whole.place.failure("\(whole.path(of: key)) is missing", advice: "it names the \(Value.noun)")
      }
      guard let variant = Value.variant(named: name) else {
        throw Value.unknown(named ?? node, whole.path(of: key))
      }
      var entries = whole.entries.filter { $0.key != key }
      if let named, named.place.isCommandLine {
        // The user cannot delete the keys that the file gives the variant it names.
        let former = Value.variant(named: named.replaced ?? current?.chosen.name)
        entries.removeAll { entry in
          !entry.value.place.isCommandLine && former?.hasKey(entry.key) == true && !variant.hasKey(entry.key)
        }
      }
      var section = Section(path: path, place: named?.place ?? node.place, entries: entries)
      section.otherKeys = [key]
      section.hint = { unknown in
        let owners = Value.variants.filter { $0.hasKey(unknown) }.map(\.name)
        return owners.isEmpty
          ? nil : "\(name) has no such key; it belongs to \(key): \(owners.joined(separator: " or "))"
      }
      return try variant.read(section, current)
    } write: { value in
      let chosen = value.chosen
      let name = YAMLOutput.Entry(key: key, doc: chosen.doc, value: .scalar(chosen.name))
      return .mapping([name] + chosen.entries)
    }
  }

  /// A mapping of the variant's name, its only key, to its settings; the name alone where all are defaults.
  static var named: ValueType {
    ValueType {
      .variants(Value.info(key: nil, allowsName: true))
    } read: { node, path, current in
      var name = node
      var settings = YAMLNode(.mapping([]), at: node.place)
      switch node.content {
      case .scalar where !node.isNone: break
      case .mapping(let entries) where entries.count == 1:
        name = YAMLNode(.scalar(entries[0].key, isQuoted: false), at: entries[0].value.place)
        settings = entries[0].value
      case .mapping(let entries) where entries.count > 1:
        let keys = entries.map(\.key).joined(separator: ", ")
        throw (entries.last { $0.value.place.isCommandLine }?.value ?? node).place.failure(
          "\(path) must have one key, the \(Value.noun)'s name, but has \(keys)",
          advice: "the settings of a \(Value.noun) go under its name, indented or in braces: - name: {key: value}")
      default:
        throw mismatch(node, path, .variants(Value.info(key: nil, allowsName: true)))
      }
      guard let variant = Value.variant(named: name.text) else { throw Value.unknown(name, path) }
      return try variant.read(Section(settings, path: "\(path).\(variant.name)"), current)
    } write: { value in
      let chosen = value.chosen
      return .mapping([YAMLOutput.Entry(key: chosen.name, doc: chosen.doc, value: .mapping(chosen.entries))])
    }
  }
}

extension YAMLNode {
  /// A bare name as the mapping `{key: name}`; so too where the command line gives further keys to a bare name.
  fileprivate func asMapping(of key: String) -> YAMLNode {
    switch content {
    case .scalar where !isNone:
      return YAMLNode(.mapping([Entry(key: key, value: self)]), at: place)
    case .mapping(let entries):
      guard let replaced, !entries.contains(where: { $0.key == key }) else { return self }
      let name = YAMLNode(.scalar(replaced, isQuoted: false), at: place)
      return YAMLNode(.mapping([Entry(key: key, value: name)] + entries), at: place)
    default:
      return self
    }
  }
}
