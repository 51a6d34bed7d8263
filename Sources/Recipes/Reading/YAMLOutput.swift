import Diagnostics

/// A YAML tree for output: scalars are finished text, keys carry their documentation.
indirect enum YAMLOutput: Sendable {
  case scalar(String)
  case list([YAMLOutput])
  case mapping([Entry])

  /// A key, its meaning, and its value.
  struct Entry: Sendable {
    let key: String
    let doc: String
    let value: YAMLOutput
  }

  /// The tree on one line.
  var flowText: String {
    switch self {
    case .scalar(let text): text
    case .list(let items): "[" + items.map(\.flowText).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key): \($0.value.flowText)" }.joined(separator: ", ") + "}"
    }
  }

  /// The tree as a document, one key per line; `comments` adds each key's meaning.
  func document(comments: Bool) -> String {
    var writer = Writer(comments: comments)
    writer.write(self, indent: 0)
    return writer.lines.joined(separator: "\n") + "\n"
  }

  /// Whether the tree is a scalar or a list of scalars.
  fileprivate var isSimple: Bool {
    switch self {
    case .scalar: true
    case .list(let items): items.allSatisfy { if case .scalar = $0 { true } else { false } }
    case .mapping: false
    }
  }

  /// Whether the tree fits on one line: a simple one, or a mapping of simple ones.
  fileprivate var isFlat: Bool {
    if case .mapping(let entries) = self { entries.allSatisfy(\.value.isSimple) } else { isSimple }
  }
}

extension YAMLOutput {
  /// Text as YAML, quoted unless every YAML reader takes it for exactly this text.
  static func quotedIfNeeded(_ text: String) -> String {
    let isSafe = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "/"):
        true
      default: false
      }
    }
    let startsLikeText = text.first.map { $0.isLetter || $0 == "/" || $0 == "_" } ?? false
    let words = YAMLNode.words.union(["true", "false", "yes", "no", "on", "off", "y", "n"])
    if isSafe && startsLikeText && !words.contains(text.lowercased()) { return text }
    return text.yamlQuoted
  }
}

/// Writes a tree line by line.
private struct Writer {
  let comments: Bool
  var lines: [String] = []

  /// The longest line for a list's entry; longer ones are broken up.
  static let width = 100

  mutating func write(_ tree: YAMLOutput, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    switch tree {
    case .scalar(let text): lines.append(margin + text)
    case .mapping(let entries):
      for entry in entries { write(entry, indent: indent) }
    case .list(let items):
      for item in items { writeItem(item, indent: indent) }
    }
  }

  private mutating func write(_ entry: YAMLOutput.Entry, indent: Int) {
    let start = String(repeating: " ", count: indent) + "\(entry.key):"
    let comment = comments ? "  # \(entry.doc)" : ""
    switch entry.value {
    case .mapping(let entries) where !entries.isEmpty:
      lines.append(start + comment)
      write(entry.value, indent: indent + 2)
    case .list where !entry.value.isSimple:
      lines.append(start + comment)
      write(entry.value, indent: indent + 2)
    default:
      lines.append("\(start) \(entry.value.flowText)\(comment)")
    }
  }

  /// Writes a list's entry: `- name: {key: value}` if that fits and no comments are wanted.
  private mutating func writeItem(_ item: YAMLOutput, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    if !comments, case .mapping(let entries) = item, entries.count == 1, entries[0].value.isFlat {
      let line = "\(margin)- \(entries[0].key): \(entries[0].value.flowText)"
      if line.count <= Self.width { return lines.append(line) }
    }
    let first = lines.count
    switch item {
    case .mapping(let entries) where !entries.isEmpty: write(item, indent: indent + 2)
    case .list where !item.isSimple: write(item, indent: indent + 2)
    default: lines.append(margin + "  " + item.flowText)
    }
    lines[first] = margin + "- " + lines[first].dropFirst(indent + 2)
  }
}
