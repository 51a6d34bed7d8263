import Diagnostics

/// An enumeration whose cases hold the settings of the variants of a section.
protocol Variant: Equatable, Sendable {
  /// What a variant is called in messages: "layer", "optimizer".
  static var noun: String { get }
  /// Every variant: the registry.
  static var variants: [VariantCase<Self>] { get }
  /// The value's case where that is one of the program's own; nil for those that come along.
  var customVariant: VariantCase<Self>? { get }
  /// What texts that name no variant may stand for, in words; nil where none may.
  static var shortForms: String? { get }
  /// The variant that such a text stands for, and the key that it is the value of; nil where it stands for none.
  /// - Throws: `Failure` at `place` for a text that can only be meant so, but is wrong.
  static func shortForm(of text: String, at place: Place) throws -> (name: String, key: String)?
}

extension Variant {
  var customVariant: VariantCase<Self>? { nil }
  static var shortForms: String? { nil }
  static func shortForm(of text: String, at place: Place) throws -> (name: String, key: String)? { nil }
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
  /// The key whose value may stand in place of the case's mapping, or nil.
  let shortKey: String?
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
    shortKey = Payload.shortKey
    info = VariantInfo(name: name, doc: doc, makeKeys: { Payload.fields.map(\.info) }, makeShort: { Payload.shortInfo })
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
  static func info(key: String?) -> VariantsInfo {
    VariantsInfo(noun: noun, key: key, shortForms: shortForms, variants: variants.map(\.info))
  }

  fileprivate static func unknown(_ node: YAMLNode, _ path: String) -> Failure {
    let usual = FamiliarKeys.kinds(for: node.text ?? "", among: variants.map(\.name))
    guard usual.isEmpty else {
      return node.place.failure(
        "\(path): there is no \(noun) \(node.named)", advice: "did you mean \(usual.joined(separator: " or "))?")
    }
    return unknownChoice(node, "\(path): there is no \(noun)", variants.map(\.name))
  }
}

extension ValueType where Value: Variant {
  /// A mapping in which `key` names the variant, beside the variant's own keys; or the name alone.
  static func variant(by key: String) -> ValueType {
    ValueType(isSection: true) {
      .variants(Value.info(key: key))
    } read: { node, path, current in
      let whole = try Section(expanded(node, key), path: path, example: "{\(key): \(Value.variants[0].name)}")
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
      .variants(Value.info(key: nil))
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
        throw mismatch(node, path, .variants(Value.info(key: nil)))
      }
      guard let variant = Value.variant(named: name.text) else { throw Value.unknown(name, path) }
      if let key = variant.shortKey { settings = settings.asMapping(of: key, takesLists: true) }
      let section = try Section(settings, path: "\(path).\(variant.name)", example: variant.info.example)
      return try variant.read(section, current)
    } write: { value in
      let chosen = value.chosen
      return .mapping([YAMLOutput.Entry(key: chosen.name, doc: chosen.doc, value: .mapping(chosen.entries))])
    }
  }
}

extension ValueType where Value: Variant {
  /// A text alone as the mapping that it stands for: that of the variant it names, or of a short form.
  private static func expanded(_ node: YAMLNode, _ key: String) throws -> YAMLNode {
    let text = node.text ?? node.replaced
    guard let text, !node.isNone, Value.variant(named: text) == nil,
      let short = try Value.shortForm(of: text, at: node.place)
    else { return node.asMapping(of: key) }
    let whole = node.asMapping(of: short.key)
    guard case .mapping(let entries) = whole.content, !entries.contains(where: { $0.key == key }) else { return whole }
    let name = YAMLNode(.scalar(short.name, isQuoted: false), at: node.place)
    return YAMLNode(.mapping([YAMLNode.Entry(key: key, value: name)] + entries), at: node.place)
  }
}

extension YAMLNode {
  /// A text alone as the mapping `{key: text}`, and a list where a key may hold one; so too where the command line gives
  /// further keys to a text alone.
  func asMapping(of key: String, takesLists: Bool = false) -> YAMLNode {
    switch content {
    case .scalar where !isNone:
      return YAMLNode(.mapping([Entry(key: key, value: self)]), at: place)
    case .list where takesLists:
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
