/// One value of a recipe's YAML tree, before it has a type.
///
/// Scalars keep their text; the key that reads one decides what it means. So `1e-3` is a number and `no` is text in
/// every version of YAML.
struct YAMLNode: Sendable {
  /// What the value is.
  enum Content: Sendable {
    case scalar(String, isQuoted: Bool)
    case list([YAMLNode])
    case mapping([Entry])
  }

  /// A key and its value.
  struct Entry: Sendable {
    var key: String
    var value: YAMLNode
  }

  var content: Content
  /// The line of the key (in a list: of the value), or the override.
  var place: Place
  /// The file's text that an override replaced: the entry that the file's other keys belong to.
  var replaced: String?

  /// Makes a value.
  init(_ content: Content, at place: Place, replaced: String? = nil) {
    self.content = content
    self.place = place
    self.replaced = replaced
  }

  /// The words that mean no value.
  static let words: Set<String> = ["none", "null", "~", ""]

  /// Whether the value is an unquoted `none`, `null` or `~`, or missing.
  var isNone: Bool {
    if case .scalar(let text, isQuoted: false) = content { Self.words.contains(text.lowercased()) } else { false }
  }

  /// Whether the key has no value.
  var isEmpty: Bool {
    if case .scalar("", isQuoted: false) = content { true } else { false }
  }

  /// The place of the first value within that an override gave; nil if the file gave all.
  var firstOfCommandLine: Place? {
    if place.isCommandLine { return place }
    return switch content {
    case .scalar: nil
    case .list(let items): items.lazy.compactMap(\.firstOfCommandLine).first
    case .mapping(let entries): entries.lazy.compactMap(\.value.firstOfCommandLine).first
    }
  }

  /// The text of a scalar, quoted or not.
  var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// The value as messages show it: numbers plain, text in quotes.
  var named: String {
    switch content {
    case .list: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let text, let isQuoted):
      if isEmpty { return "an empty value" }
      let shown = text.count > 60 ? text.prefix(57) + "..." : text[...]
      if isQuoted { return "the quoted text \"\(shown)\"" }
      return isNone || Double(text) != nil ? String(shown) : "\"\(shown)\""
    }
  }
}
