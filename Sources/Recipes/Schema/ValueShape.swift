/// What a recipe's key may hold, as data: for messages, the reference page and editors' schemas.
public indirect enum ValueShape: Sendable {
  /// A whole number; `range` in words ("at least 1"), nil where any will do.
  case whole(range: String?)
  /// A decimal number; `range` as above.
  case number(range: String?)
  /// `true` or `false`.
  case flag
  /// Text that is not empty; `rule` in words, nil where any will do.
  case text(rule: String?)
  /// One of a few words.
  case choice([String])
  /// The shape or `none`.
  case optional(ValueShape)
  /// One whole number, or two for height and width; `range` as above.
  case pair(range: String?)
  /// One number, or two for the least and the most; `range` as above.
  case interval(range: String?)
  /// A list, each entry of the shape.
  case list(ValueShape)
  /// A mapping with these keys.
  case section([KeyInfo])
  /// A mapping whose keys depend on the name under `key`; where `key` is nil, a mapping of the name alone to its keys.
  case variants(key: String?, [VariantInfo])

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
    case .section, .variants(key: _?, _): "a mapping of keys to values"
    case .variants(key: nil, _): "a name with its settings"
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
  /// The value used where the recipe does not give the key, as YAML; nil for required keys and sections.
  public var defaultText: String? { makeDefaultText() }
  /// What the key may hold.
  public var shape: ValueShape { makeShape() }

  // Made when asked for, because a layer may hold layers.
  let makeDefaultText: @Sendable () -> String?
  let makeShape: @Sendable () -> ValueShape
}

/// One of the variants a section may be: a layer, a data source, an optimizer.
public struct VariantInfo: Sendable {
  /// The name that chooses it.
  public let name: String
  /// One line on what it is.
  public let doc: String
  /// Its keys.
  public var keys: [KeyInfo] { makeKeys() }

  let makeKeys: @Sendable () -> [KeyInfo]
}
