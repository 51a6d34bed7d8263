import Diagnostics

/// A kind of thing that recipes choose by name, such as layers; `Entry` is the existential type, such as `any
/// LayerEntry`.
struct EntryKind<Entry: Sendable>: Sendable {
  /// The word for one of them in messages: "layer", "optimizer".
  let noun: String
  /// Takes the types of this kind from a registry.
  private let list: @Sendable (Registry) -> [any RecipeEntry.Type]
  /// Converts an entry of this kind to `any RecipeEntry`.
  private let general: @Sendable (Entry) -> any RecipeEntry
  /// Other names that are accepted, each with the entry's own.
  var synonyms: KeyValuePairs<String, String> = [:]
  /// Describes the texts, other than names, that may stand for an entry; nil if there are none.
  var shortForms: String?
  /// The entry that such a text stands for, and the key whose value it is; nil if it stands for none. Throws a
  /// `Failure` at the place if the text is clearly meant this way, but is wrong.
  var shortForm: @Sendable (_ text: String, Place) throws -> (name: String, key: String)? = { _, _ in nil }

  /// A kind whose types are one list of a registry.
  init(
    _ noun: String, _ list: @escaping @Sendable (Registry) -> [any RecipeEntry.Type],
    _ general: @escaping @Sendable (Entry) -> any RecipeEntry
  ) {
    self.noun = noun
    self.list = list
    self.general = general
  }

  /// Every type: the built-in ones, and those of the registry in use.
  var types: [any RecipeEntry.Type] { list(.builtIn) + list(.current) }

  /// The names of all types.
  var names: [String] { types.map { $0.name } }

  /// The kind as data; `key` is the key that names the entry among the entry's own keys, or nil.
  func info(key: String?) -> EntryKindInfo {
    EntryKindInfo(
      noun: noun, key: key, shortForms: shortForms, synonyms: synonyms, entries: types.map { $0.info })
  }

  /// The type called `name`.
  func type(named name: String?) -> (any RecipeEntry.Type)? {
    let own = synonyms.first { $0.key == name }?.value ?? name
    return types.first { $0.name == own }
  }

  /// Throws if two types have the same name.
  func checkNames() throws {
    var seen: Set<String> = []
    guard let double = names.first(where: { !seen.insert($0).inserted }) else { return }
    throw Failure(
      .software, "there are two of the \(noun) \"\(double)\"", advice: "give the program's own another name")
  }

  fileprivate func read(_ type: any RecipeEntry.Type, _ section: RecipeSection, onto current: Entry?) throws -> Entry {
    guard let entry = try type.entry(section, onto: current.map(general)) as? Entry else {
      preconditionFailure("\(type) is no \(noun)")
    }
    return entry
  }

  fileprivate func written(_ entry: Entry) -> (name: String, doc: String, entries: [YAMLOutput.Entry]) {
    func written(_ entry: some RecipeEntry) -> (name: String, doc: String, entries: [YAMLOutput.Entry]) {
      (entry.kind, Swift.type(of: entry).form.doc, entry.written)
    }
    return written(general(entry))
  }

  fileprivate func unknown(_ node: YAMLNode, _ path: String) -> Failure {
    unknownChoice(node, "\(path): there is no \(noun)", names)
  }

  /// Expands a text without keys to the mapping that it stands for: an entry's name or a short form.
  fileprivate func expanded(_ node: YAMLNode, _ key: String) throws -> YAMLNode {
    let text = node.text ?? node.replaced
    guard let text, !node.isNone, type(named: text) == nil, let short = try shortForm(text, node.place)
    else { return node.asMapping(of: key) }
    let whole = node.asMapping(of: short.key)
    guard case .mapping(let entries) = whole.content, !entries.contains(where: { $0.key == key }) else { return whole }
    let name = YAMLNode(.scalar(short.name, isQuoted: false), at: node.place)
    return YAMLNode(.mapping([YAMLNode.Entry(key: key, value: name)] + entries), at: node.place)
  }
}

extension ValueType {
  /// A mapping in which `key` names the entry and the other keys are the entry's; or the name alone.
  static func entry(_ kind: EntryKind<Value>, by key: String) -> ValueType {
    ValueType(isSection: true) {
      .entry(kind.info(key: key))
    } read: { node, path, current in
      let whole = try RecipeSection(
        kind.expanded(node, key), path: path, example: "{\(key): \(kind.names.first ?? "name")}")
      let named = whole[key]
      let currentName = current.map { kind.written($0).name }
      guard let name = named.map({ $0.text ?? "" }) ?? currentName else {
        throw whole.place.failure("\(whole.path(of: key)) is missing", advice: "it names the \(kind.noun)")
      }
      guard let type = kind.type(named: name) else { throw kind.unknown(named ?? node, whole.path(of: key)) }
      var entries = whole.entries.filter { $0.key != key }
      if let named, named.place.isCommandLine {
        // Keys of the file's entry stay after an override has replaced the entry: the user cannot delete them. They are
        // no error.
        let former = kind.type(named: named.replaced ?? currentName)
        entries.removeAll { entry in
          !entry.value.place.isCommandLine && former?.hasKey(entry.key) == true && !type.hasKey(entry.key)
        }
      }
      var section = RecipeSection(path: path, place: named?.place ?? node.place, entries: entries)
      section.otherKeys = [key]
      section.hint = { unknown in
        let owners = kind.types.filter { $0.hasKey(unknown) }.map { $0.name }
        return owners.isEmpty
          ? nil : "\(name) has no such key; it belongs to \(key): \(owners.joined(separator: " or "))"
      }
      return try kind.read(type, section, onto: current)
    } write: { value in
      let entry = kind.written(value)
      return .mapping([YAMLOutput.Entry(key: key, doc: entry.doc, value: .scalar(entry.name))] + entry.entries)
    }
  }

  /// A mapping whose only key is the entry's name and whose value is its settings; or the name alone.
  static func entry(_ kind: EntryKind<Value>) -> ValueType {
    ValueType {
      .entry(kind.info(key: nil))
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
          "\(path) must have one key, the \(kind.noun)'s name, but has \(keys)",
          advice: "the settings of a \(kind.noun) go under its name, indented or in braces: - name: {key: value}")
      default:
        throw mismatch(node, path, .entry(kind.info(key: nil)))
      }
      guard let type = kind.type(named: name.text) else { throw kind.unknown(name, path) }
      if let key = type.shortKey { settings = settings.asMapping(of: key, takesLists: true) }
      let section = try RecipeSection(settings, path: "\(path).\(type.name)", example: type.info.keys.example)
      return try kind.read(type, section, onto: current)
    } write: { value in
      let entry = kind.written(value)
      return .mapping([YAMLOutput.Entry(key: entry.name, doc: entry.doc, value: .mapping(entry.entries))])
    }
  }
}

extension YAMLNode {
  /// Expands a text to the mapping `{key: text}`; a list too, if `takesLists`. An override may add keys to such a text.
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
