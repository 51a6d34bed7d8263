/// What a recipe's key may hold, as data: for messages, the reference page and editors' schemas.
public indirect enum ValueShape: Sendable {
  /// A whole number; `range` is nil where any will do.
  case whole(range: ValueRange?)
  /// A decimal number; `range` as above.
  case number(range: ValueRange?)
  /// `true` or `false`.
  case flag
  /// Text that is not empty; where not any will do, `rule` says in words which, and all of it matches the regular
  /// expression `pattern`.
  case text(rule: String?, pattern: String?)
  /// One of a few words.
  case choice([String])
  /// The shape or `none`.
  case optional(ValueShape)
  /// One whole number, or two for height and width; `range` as above.
  case pair(range: ValueRange?)
  /// One number, or two for the least and the most; `range` as above.
  case interval(range: ValueRange?)
  /// A list of at least `least` entries, each of the shape.
  case list(ValueShape, least: Int)
  /// A mapping with these keys; the value of the one called `short`, if any, may stand in its place.
  case section([KeyInfo], short: String?)
  /// A mapping whose keys depend on a name.
  case entry(EntryKindInfo)

  /// A value of the shape, to be replaced by one that is meant.
  var example: String {
    switch self {
    case .whole, .pair: "3"
    case .number, .interval: "0.5"
    case .flag: "true"
    case .text: "text"
    case .choice(let names): names.first ?? "text"
    case .optional(let inner): inner.example
    case .list(let inner, _): "[\(inner.example)]"
    case .section(let keys, _): keys.example
    case .entry(let info): info.entries.first { !$0.keys.contains(where: \.isRequired) }?.name ?? "name"
    }
  }

  /// The shape in words, to follow "must be".
  var noun: String {
    switch self {
    case .whole: "a whole number"
    case .number: "a number"
    case .flag: "true or false"
    case .text: "text"
    case .choice(let names): "one of \(names.joined(separator: ", "))"
    case .optional(let inner): "\(inner.noun) or none"
    case .pair: "a whole number, or two as [height, width]"
    case .interval: "a number, or two as [least, most]"
    case .list: "a list"
    case .section: "a mapping of keys to values"
    case .entry(let kind): kind.key == nil ? "a name with its settings" : "a mapping of keys to values"
    }
  }
}

/// One key of a recipe, as its settings declare it.
public struct KeyInfo: Sendable {
  /// The key, without the sections around it.
  public let name: String
  /// One line on what it means.
  public let doc: String
  /// Whether the recipe must give it.
  public let isRequired: Bool
  /// The value used where the recipe does not give the key, as YAML: of one of several entries the name; nil for
  /// required keys and sections.
  public var defaultText: String? { makeDefaultText() }
  /// What the key may hold.
  public var shape: ValueShape { makeShape() }

  // Made when asked for, because a layer may hold layers.
  let makeDefaultText: @Sendable () -> String?
  let makeShape: @Sendable () -> ValueShape
}

extension [KeyInfo] {
  /// A mapping of these keys, on one line: all that are required, or the first at its default.
  var example: String {
    let required = filter(\.isRequired)
    let shown = required.isEmpty ? Array(prefix(1)) : required
    return "{" + shown.map { "\($0.name): \($0.defaultText ?? $0.shape.example)" }.joined(separator: ", ") + "}"
  }
}

/// The entries that a section may be.
public struct EntryKindInfo: Sendable {
  /// What an entry is called: "layer", "data source".
  public let noun: String
  /// The key that names the entry beside the entry's own keys; nil where the name is itself the only key, and its
  /// value the mapping of the entry's keys. Either way the name may stand alone.
  public let key: String?
  /// What other texts may stand in place of the mapping, in words; nil where none may.
  public let shortForms: String?
  /// Every entry.
  public let entries: [EntryInfo]
}

/// One of the entries a section may be: a layer, a data source, an optimizer.
public struct EntryInfo: Sendable {
  /// The name that chooses it.
  public let name: String
  /// One line on what it is.
  public let doc: String
  /// Its keys with values as a recipe may have them; nil for the name alone.
  public let example: String?
  /// Its keys.
  public var keys: [KeyInfo] { makeKeys() }
  /// The key whose value may stand in place of the mapping of its keys, or nil.
  public var short: KeyInfo? { makeShort() }

  let makeKeys: @Sendable () -> [KeyInfo]
  let makeShort: @Sendable () -> KeyInfo?
}
