import Diagnostics

/// How a recipe's value is read from YAML, checked, described and written.
public struct ValueType<Value: Sendable>: Sendable {
  /// The accepted values.
  let shape: @Sendable () -> ValueShape
  /// Whether the value is a mapping whose keys have their own defaults, so that it may be left out.
  let isSection: Bool
  /// Reads a node. `path` is its dotted key; `current` supplies what the node does not give.
  let read: @Sendable (_ node: YAMLNode, _ path: String, _ current: Value?) throws -> Value
  /// Writes a value as YAML.
  let write: @Sendable (Value) -> YAMLOutput

  /// Makes a type from its shape and its two conversions.
  init(
    isSection: Bool = false, shape: @escaping @Sendable () -> ValueShape,
    read: @escaping @Sendable (_ node: YAMLNode, _ path: String, _ current: Value?) throws -> Value,
    write: @escaping @Sendable (Value) -> YAMLOutput
  ) {
    self.isSection = isSection
    self.shape = shape
    self.read = read
    self.write = write
  }

  /// The failure for a node of another type.
  static func mismatch(_ node: YAMLNode, _ path: String, _ shape: ValueShape) -> Failure {
    node.place.failure("\(path) must be \(shape.noun), not \(node.named)")
  }
}

extension ValueType<Int> {
  /// A whole number within `bounds`.
  public static func number(_ bounds: Bounds<Int> = .any) -> ValueType { numeric(bounds) }
}

extension ValueType<UInt64> {
  /// A whole number within `bounds`, such as a seed.
  public static func number(_ bounds: Bounds<UInt64> = .any) -> ValueType { numeric(bounds) }
}

extension ValueType<Float> {
  /// A number within `bounds`.
  public static func number(_ bounds: Bounds<Float> = .any) -> ValueType { numeric(bounds) }
}

extension ValueType<Double> {
  /// A number within `bounds`.
  public static func number(_ bounds: Bounds<Double> = .any) -> ValueType { numeric(bounds) }
}

extension ValueType where Value: RecipeNumber {
  fileprivate static func numeric(_ bounds: Bounds<Value>) -> ValueType {
    let shape: ValueShape = Value.isWhole ? .whole(range: bounds.range) : .number(range: bounds.range)
    return ValueType {
      shape
    } read: { node, path, _ in
      guard case .scalar(let text, isQuoted: false) = node.content else { throw mismatch(node, path, shape) }
      switch Value.reading(text) {
      case .malformed:
        throw mismatch(node, path, shape)
      case .unrepresentable(let isNegative, let limit):
        let isBounded = Value.isWhole && (isNegative ? bounds.lower != nil : bounds.upper != nil)
        let rule = isBounded ? bounds.text ?? limit : limit
        throw node.place.failure("\(path) must be \(rule), not \(node.named)")
      case .value(let value):
        guard bounds.contains(value) else {
          throw node.place.failure("\(path) must be \(bounds.text ?? Value.noun), not \(node.named)")
        }
        return value
      }
    } write: {
      .scalar($0.recipeText)
    }
  }
}

extension ValueType<Bool> {
  /// `true` or `false`.
  public static var flag: ValueType {
    ValueType {
      .flag
    } read: { node, path, _ in
      switch node.content {
      case .scalar("true", isQuoted: false), .scalar("True", isQuoted: false): return true
      case .scalar("false", isQuoted: false), .scalar("False", isQuoted: false): return false
      default: throw mismatch(node, path, .flag)
      }
    } write: {
      .scalar($0 ? "true" : "false")
    }
  }
}

extension ValueType<String> {
  /// Text that is not empty.
  public static var text: ValueType { text(rule: nil, pattern: nil) { _ in true } }

  /// A name of PyTorch's modules, words with dots between them; for a layer that is a `container` also no word.
  static func moduleName(isContainer: Bool) -> ValueType {
    text(
      rule: "words of letters a to z, digits and \"_\", with dots between them",
      pattern: isContainer ? #"(\w+(\.\w+)*)?"# : #"\w+(\.\w+)*"#, isEmptyAllowed: isContainer
    ) { text in
      text.isEmpty
        || text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
          !$0.isEmpty && $0.unicodeScalars.allSatisfy(\.isPartOfWord)
        }
    }
  }

  /// A name that can be part of a file's name on every system.
  static var fileName: ValueType {
    // The pattern only excludes what is never a letter: regular expressions in editors do not know all letters.
    text(
      rule: "made of letters, digits, \"-\", \"_\" and \".\", and not start with \".\"",
      pattern: #"[^.\s/\\:][^\s/\\:]*"#
    ) { text in
      // Check scalars, not characters: a character can hide a forbidden scalar behind its first one.
      text.unicodeScalars.first != "." && text.unicodeScalars.allSatisfy(\.isPartOfFileName)
    }
  }

  private static func text(
    rule: String?, pattern: String?, isEmptyAllowed: Bool = false, where isValid: @escaping @Sendable (String) -> Bool
  ) -> ValueType {
    let shape = ValueShape.text(rule: rule, pattern: pattern)
    return ValueType {
      shape
    } read: { node, path, _ in
      guard let text = node.text, !node.isNone else { throw mismatch(node, path, shape) }
      guard isEmptyAllowed || !text.isEmpty else { throw node.place.failure("\(path) must not be empty") }
      guard isValid(text) else { throw node.place.failure("\(path) must be \(rule ?? "text"), not \(node.named)") }
      return text
    } write: {
      .scalar(YAMLOutput.quotedIfNeeded($0))
    }
  }
}

extension Unicode.Scalar {
  /// Whether this is a letter a to z, a digit or "_".
  fileprivate var isPartOfWord: Bool {
    isASCII && (properties.isAlphabetic || ("0"..."9").contains(self)) || self == "_"
  }

  /// Whether this is a letter, a combining mark, a digit, "-", "_" or ".".
  fileprivate var isPartOfFileName: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
      true
    default: "-_.".unicodeScalars.contains(self)
    }
  }
}
