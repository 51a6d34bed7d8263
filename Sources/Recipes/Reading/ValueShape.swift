/// The values that a recipe's key accepts, as data: for messages, the reference page and editors' schemas.
public indirect enum ValueShape: Sendable {
  /// A whole number; `range` is nil if any is allowed.
  case whole(range: ValueRange?)
  /// A decimal number; `range` as above.
  case number(range: ValueRange?)
  /// `true` or `false`.
  case flag
  /// Text that is not empty. `rule` says in words what is allowed, and allowed text matches the regular expression
  /// `pattern`; nil if any is allowed.
  case text(rule: String?, pattern: String?)
  /// One of a few words.
  case choice([String])
  /// A whole number or one of a few words; `range` as above.
  case wholeOrChoice(range: ValueRange?, [String])
  /// The inner shape or `none`.
  case optional(ValueShape)
  /// One whole number, or two for height and width; `range` as above.
  case pair(range: ValueRange?)
  /// The same, or one of a few words.
  case pairOrChoice(range: ValueRange?, [String])
  /// One number, or two for the least and the greatest; `range` as above.
  case interval(range: ValueRange?)
  /// One number, several in one of these forms, such as `[red, green, blue]`, or one of a few words; `range` as above.
  case numbers(range: ValueRange?, forms: [String], words: [String])
  /// A list of at least `least` values.
  case list(ValueShape, least: Int)
  /// The same, or one of a few words.
  case listOrChoice(ValueShape, least: Int, [String])
  /// One value, or a list of them.
  case oneOrList(ValueShape)
  /// A mapping with these keys; the value of the key `short`, if any, may stand for the whole mapping.
  case section([KeyInfo], short: String?)
  /// A mapping whose keys depend on the entry it names.
  case entry(EntryKindInfo)

  /// A placeholder value of this shape.
  var example: String {
    switch self {
    case .whole, .pair, .wholeOrChoice, .pairOrChoice: "3"
    case .number, .interval, .numbers: "0.5"
    case .flag: "true"
    case .text: "text"
    case .choice(let names): names.first ?? "text"
    case .optional(let inner): inner.example
    case .list(let inner, _), .listOrChoice(let inner, _, _): "[\(inner.example)]"
    case .oneOrList(let inner): inner.example
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
    case .wholeOrChoice(_, let names): "a whole number or \(names.joined(separator: " or "))"
    case .optional(let inner): "\(inner.noun) or none"
    case .pair: "a whole number, or two as [height, width]"
    case .pairOrChoice(_, let names):
      "a whole number, two as [height, width], or \(names.joined(separator: " or "))"
    case .interval: "a number, or two as [least, most]"
    case .numbers(_, let forms, let words): "a number or \((forms + words).joined(separator: " or "))"
    case .list: "a list"
    case .listOrChoice(_, _, let names): "a list or \(names.joined(separator: " or "))"
    case .oneOrList(let inner): "\(inner.noun) or a list"
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
  /// The key of the same section that may be given in place of a required one; nil if none.
  public let alternative: String?
  /// The default value as YAML, or the default entry's name; nil for required keys and sections.
  public var defaultText: String? { makeDefaultText() }
  /// The values that the key accepts.
  public var shape: ValueShape { makeShape() }

  // Closures, because a layer may contain layers.
  let makeDefaultText: @Sendable () -> String?
  let makeShape: @Sendable () -> ValueShape
}

extension [KeyInfo] {
  /// A mapping of these keys on one line: all required ones, or else the first with its default.
  var example: String {
    let required = filter(\.isRequired)
    let shown = required.isEmpty ? Array(prefix(1)) : required
    return "{" + shown.map { "\($0.name): \($0.defaultText ?? $0.shape.example)" }.joined(separator: ", ") + "}"
  }
}

/// A kind of entry that a section may be.
public struct EntryKindInfo: Sendable {
  /// The word for one entry: "layer", "data source".
  public let noun: String
  /// The key that names the entry, among the entry's own keys; nil if the name is the only key and its value holds the
  /// entry's keys. In both cases the name may stand alone.
  public let key: String?
  /// Describes other texts that may stand for the mapping; nil if there are none.
  public let shortForms: String?
  /// Other names that are accepted, each with the entry's own.
  public let synonyms: KeyValuePairs<String, String>
  /// All entries of the kind.
  public let entries: [EntryInfo]
}

/// One entry that a section may be: a layer, a data source, an optimizer.
public struct EntryInfo: Sendable {
  /// The name that chooses it.
  public let name: String
  /// One line that describes it.
  public let doc: String
  /// Example keys and values; nil if the name alone is the example.
  public let example: String?
  /// Its keys.
  public var keys: [KeyInfo] { makeKeys() }
  /// The key whose value may stand for the whole mapping, or nil.
  public var short: KeyInfo? { makeShort() }

  let makeKeys: @Sendable () -> [KeyInfo]
  let makeShort: @Sendable () -> KeyInfo?
}
