import Foundation

/// The JSON Schema (draft 2020-12) of recipes, for editors, made from the declarations of the keys.
///
/// It accepts what the program accepts in a file. It refuses unknown keys and names, wrong types and numbers out of
/// bounds, but does not check rules that concern several keys.
public struct RecipeSchema {
  /// Finished definitions by name; nil while a recursive one is being made.
  private var definitions: [String: SchemaNode?] = [:]

  private init() {}

  /// The schema as JSON, keys sorted.
  public static var text: String {
    var schema = RecipeSchema()
    var root = schema.section(Recipe.keys)
    root.schema = "https://json-schema.org/draft/2020-12/schema"
    root.title = "A recipe of dp-train"
    root.definitions = schema.definitions.compactMapValues { $0 }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // The encoder cannot fail on texts and finite numbers.
    let data = (try? encoder.encode(root)) ?? Data()
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private mutating func section(_ keys: [KeyInfo]) -> SchemaNode {
    var node = SchemaNode(types: ["object"])
    node.properties = properties(of: keys)
    node.additionalProperties = false
    let needed = keys.filter(Self.mustBeGiven)
    let required = needed.filter { $0.alternative == nil }.map(\.name)
    if needed.isEmpty { node.types = ["object", "null"] }
    if !required.isEmpty { node.required = required }
    node.allOf = needed.compactMap { key in
      key.alternative.map { other in
        SchemaNode(anyOf: [key.name, other].map { SchemaNode(required: $0) })
      }
    }
    if node.allOf?.isEmpty == true { node.allOf = nil }
    return node
  }

  /// Whether the key is required, or is a section with a required key.
  private static func mustBeGiven(_ key: KeyInfo) -> Bool {
    if case .section(let keys, _) = key.shape { keys.contains(where: mustBeGiven) } else { key.isRequired }
  }

  private mutating func properties(of keys: [KeyInfo]) -> [String: SchemaNode] {
    Dictionary(uniqueKeysWithValues: keys.map { ($0.name, property($0)) })
  }

  private mutating func property(_ key: KeyInfo) -> SchemaNode {
    var node = value(key.shape, standard: key.defaultText)
    node.description = key.doc
    if let text = key.defaultText { node.standard = SchemaValue(yaml: text) }
    return node
  }

  /// The schema of a shape; `standard` is its default: the entry that keys without a name belong to.
  private mutating func value(_ shape: ValueShape, standard: String?) -> SchemaNode {
    switch shape {
    case .whole(let range): return SchemaNode(types: ["integer"], range: range)
    case .number(let range): return SchemaNode(types: ["number"], range: range)
    case .flag: return SchemaNode(types: ["boolean"])
    case .text(_, let pattern):
      // Editors read an unquoted number or true as such, where the program reads text.
      var node = SchemaNode(types: pattern == nil ? ["string", "number", "boolean"] : ["string", "number"])
      node.minLength = pattern == nil ? 1 : nil
      node.pattern = pattern.map { "^(\($0))$" }
      return node
    case .choice(let names): return SchemaNode(choices: names)
    case .wholeOrChoice(let range, let names):
      return SchemaNode(anyOf: [SchemaNode(types: ["integer"], range: range), SchemaNode(choices: names)])
    case .optional(let inner):
      var none = SchemaNode(choices: ["none"])
      none.choices?.append(.null)
      return SchemaNode(anyOf: [value(inner, standard: nil), none])
    case .pair(let range): return either(SchemaNode(types: ["integer"], range: range))
    case .pairOrChoice(let range, let names):
      var node = either(SchemaNode(types: ["integer"], range: range))
      node.anyOf?.append(SchemaNode(choices: names))
      return node
    case .interval(let range): return either(SchemaNode(types: ["number"], range: range))
    case .numbers(let range, let forms, let words):
      let one = SchemaNode(types: ["number"], range: range)
      var node = SchemaNode(anyOf: [one] + forms.map { Self.list(of: one, count: $0.count(where: { $0 == "," }) + 1) })
      if !words.isEmpty { node.anyOf?.append(SchemaNode(choices: words)) }
      return node
    case .list(let inner, let least):
      var node = SchemaNode(types: ["array"])
      node.items = [value(inner, standard: nil)]
      node.minItems = least
      return node
    case .listOrChoice(let inner, let least, let names):
      return SchemaNode(anyOf: [value(.list(inner, least: least), standard: nil), SchemaNode(choices: names)])
    case .oneOrList(let inner):
      return SchemaNode(anyOf: [inner, .list(inner, least: 1)].map { value($0, standard: nil) })
    case .section(let keys, let short): return either(section(keys), keys.first { $0.name == short })
    case .entry(let kind):
      guard let key = kind.key else { return named(kind) }
      guard standard == nil else { return keyed(kind, by: key, standard: standard) }
      return reference(to: kind.noun) { $0.keyed(kind, by: key, standard: nil) }
    }
  }

  /// A mapping, or the value of the short key instead.
  private mutating func either(_ mapping: SchemaNode, _ short: KeyInfo?) -> SchemaNode {
    short.map { SchemaNode(anyOf: [value($0.shape, standard: nil), mapping]) } ?? mapping
  }

  /// One number, or two.
  private func either(_ one: SchemaNode) -> SchemaNode {
    SchemaNode(anyOf: [one, Self.list(of: one, count: 2)])
  }

  /// Lists of `count` values.
  private static func list(of element: SchemaNode, count: Int) -> SchemaNode {
    var list = SchemaNode(types: ["array"])
    list.items = [element]
    (list.minItems, list.maxItems) = (count, count)
    return list
  }

  /// A mapping in which `key` names the entry and the other keys are the entry's.
  private mutating func keyed(_ info: EntryKindInfo, by key: String, standard: String?) -> SchemaNode {
    var name = SchemaNode(choices: info.entries.map(\.name))
    name.description = "the \(info.noun)"
    var mapping = SchemaNode(types: standard == nil ? ["object"] : ["object", "null"])
    mapping.properties = [key: name]
    mapping.required = standard == nil ? [key] : nil
    mapping.allOf = info.entries.map { entry in
      var chosen = SchemaNode()
      chosen.properties = [key: SchemaNode(choices: [entry.name])]
      chosen.required = entry.name == standard ? nil : [key]
      return SchemaNode(
        if: chosen,
        then: reference(to: "\(info.noun) \(entry.name)") { schema in
          var keys = schema.section(entry.keys)
          keys.types = nil
          keys.properties?[key] = SchemaNode()
          keys.description = entry.doc
          return keys
        })
    }
    let names = info.entries.filter { !$0.keys.contains(where: Self.mustBeGiven) }.map(\.name)
    let texts = info.shortForms.map { words in
      var text = SchemaNode(types: ["string"])
      text.description = words
      return text
    }
    return SchemaNode(anyOf: [SchemaNode(choices: names), texts, mapping].compactMap(\.self))
  }

  /// A mapping whose only key is the entry's name and whose value holds its keys; or the name alone.
  private mutating func named(_ info: EntryKindInfo) -> SchemaNode {
    reference(to: info.noun) { schema in
      var mapping = SchemaNode(types: ["object"])
      var entries = Dictionary(
        uniqueKeysWithValues: info.entries.map { entry in
          var keys = schema.section(entry.keys)
          keys.description = entry.doc
          return (entry.name, schema.either(keys, entry.short))
        })
      for (other, own) in info.synonyms { entries[other] = entries[own] }
      mapping.properties = entries
      mapping.additionalProperties = false
      (mapping.minProperties, mapping.maxProperties) = (1, 1)
      var names = info.entries.filter { !$0.keys.contains(where: Self.mustBeGiven) }.map(\.name)
      names += info.synonyms.filter { names.contains($0.value) }.map(\.key)
      return SchemaNode(anyOf: [SchemaNode(choices: names), mapping])
    }
  }

  /// A reference to the definition of that name, which is made if it is missing.
  private mutating func reference(to name: String, _ make: (inout RecipeSchema) -> SchemaNode) -> SchemaNode {
    let name = name.replacing(" ", with: "-")
    if definitions[name] == nil {
      definitions[name] = .some(nil)
      definitions[name] = make(&self)
    }
    return SchemaNode(reference: "#/$defs/\(name)")
  }
}
