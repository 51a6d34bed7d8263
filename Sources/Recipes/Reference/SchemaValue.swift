/// A JSON value.
indirect enum SchemaValue: Encodable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([SchemaValue])
  case mapping([String: SchemaValue])

  /// Parses a recipe's value on one line as a YAML 1.2 reader does.
  init(yaml: String) {
    self = (try? YAMLNode.parse(yaml, override: "")).map(SchemaValue.init) ?? .text(yaml)
  }

  /// Converts a YAML tree as a YAML 1.2 reader does.
  init(_ node: YAMLNode) {
    switch node.content {
    case .scalar(let text, let isQuoted):
      switch text {
      case _ where isQuoted: self = .text(text)
      case "true", "True", "TRUE": self = .flag(true)
      case "false", "False", "FALSE": self = .flag(false)
      case "", "~", "null", "Null", "NULL": self = .null
      default:
        if case .value(let number) = Double.reading(text) { self = .number(number) } else { self = .text(text) }
      }
    case .list(let items): self = .list(items.map(SchemaValue.init))
    case .mapping(let entries):
      self = .mapping(Dictionary(entries.map { ($0.key, SchemaValue($0.value)) }) { $1 })
    }
  }

  /// Writes the value.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let flag): try container.encode(flag)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let items): try container.encode(items)
    case .mapping(let entries): try container.encode(entries)
    }
  }
}
