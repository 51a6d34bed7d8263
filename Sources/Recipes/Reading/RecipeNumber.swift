/// The result of reading a number from a recipe's text.
enum NumberReading<Value> {
  case value(Value)
  /// The text is not a number of this kind.
  case malformed
  /// The type cannot hold the number; `limit` is what it can hold, to follow "must be".
  case unrepresentable(isNegative: Bool, limit: String)
}

/// A number type that a recipe's key may have.
protocol RecipeNumber: Comparable, Sendable {
  /// The type's name, to follow "must be".
  static var noun: String { get }
  /// Whether the type holds whole numbers only.
  static var isWhole: Bool { get }
  /// Reads unquoted text.
  static func reading(_ text: String) -> NumberReading<Self>
  /// The nearest double.
  var asDouble: Double { get }
  /// The shortest text that reads back as the same value.
  var recipeText: String { get }
}

extension RecipeNumber where Self: FixedWidthInteger {
  static var noun: String { "a whole number" }
  static var isWhole: Bool { true }

  static func reading(_ text: String) -> NumberReading<Self> {
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard text.count - digits.count <= 1, !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return .malformed
    }
    if let value = Self(text) { return .value(value) }
    let isNegative = text.hasPrefix("-")
    return .unrepresentable(isNegative: isNegative, limit: isNegative ? "at least \(min)" : "at most \(max)")
  }

  var asDouble: Double { Double(self) }

  var recipeText: String { String(self) }
}

extension RecipeNumber where Self: BinaryFloatingPoint & LosslessStringConvertible {
  static var noun: String { "a number" }
  static var isWhole: Bool { false }

  static func reading(_ text: String) -> NumberReading<Self> {
    // Swift also reads "nan", "infinity" and hexadecimal; recipes refuse them.
    guard text.allSatisfy({ "0123456789+-.eE".contains($0) }), let value = Self(text) else { return .malformed }
    // Training computes in 32 bits. Refuse numbers that would become infinite or 0 there.
    let stored = Float(value)
    let isLost = stored == 0 && text.prefix { $0 != "e" && $0 != "E" }.contains { "123456789".contains($0) }
    if stored.isInfinite || isLost {
      return .unrepresentable(isNegative: text.hasPrefix("-"), limit: "0 or of a size from 1.4e-45 to 3.4e38")
    }
    return .value(value)
  }

  var asDouble: Double { Double(self) }

  var recipeText: String {
    let text = description
    if text.hasSuffix(".0") { return String(text.dropLast(2)) }
    guard let exponent = text.firstIndex(of: "e") else { return text }
    // YAML 1.1 readers, such as Python's, take 1e-8 for text and 1.0e-8 for a number.
    let point = text.contains(".") ? "" : ".0"
    return text[..<exponent] + point + text[exponent...].replacing("e-0", with: "e-")
  }
}

extension Int: RecipeNumber {}
extension UInt64: RecipeNumber {}
extension Float: RecipeNumber {}
extension Double: RecipeNumber {}
