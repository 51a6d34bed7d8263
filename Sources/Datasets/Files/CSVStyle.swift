/// The format of a CSV file.
public struct CSVStyle: Equatable, Sendable {
  /// The character between fields.
  public enum Separator: String, CaseIterable, Sendable {
    /// A comma.
    case comma
    /// A semicolon.
    case semicolon
    /// A tab.
    case tab

    var scalar: Unicode.Scalar {
      switch self {
      case .comma: ","
      case .semicolon: ";"
      case .tab: "\t"
      }
    }
  }

  /// The character before a number's fraction.
  public enum Decimal: String, CaseIterable, Sendable {
    /// A point.
    case point
    /// A comma.
    case comma
  }

  /// The character between fields.
  public var separator: Separator
  /// The character before a number's fraction.
  public var decimal: Decimal
  /// Whether the first row names the columns.
  public var hasHeader: Bool

  /// Bundles the properties.
  public init(separator: Separator = .comma, decimal: Decimal = .point, hasHeader: Bool = true) {
    self.separator = separator
    self.decimal = decimal
    self.hasHeader = hasHeader
  }

  /// Parses a field as a number; nil if it is not one.
  func number(_ text: String) -> Float? { plain(text).flatMap(Float.init) }

  /// Parses a field as a number in double precision; nil if it is not one.
  func double(_ text: String) -> Double? { plain(text).flatMap(Double.init) }

  /// A field with a decimal point in place of the style's character; nil if it cannot be a number.
  private func plain(_ text: String) -> String? {
    // Swift also reads hexadecimal numbers; tables have none.
    guard !text.contains(where: { $0 == "x" || $0 == "X" }) else { return nil }
    guard decimal == .comma else { return text }
    return text.contains(".") ? nil : text.replacing(",", with: ".")
  }

  /// A separator that the text contains, other than this one.
  func otherSeparator(in text: String) -> Separator? {
    Separator.allCases.first { other in
      other != separator && !(other == .comma && decimal == .comma) && text.unicodeScalars.contains(other.scalar)
    }
  }

  /// Whether a first row is a sample rather than column names: all fields, except one at most, are numbers that do not
  /// count up as column numbers do.
  func looksLikeSample(_ fields: [String]) -> Bool {
    let numbers = fields.compactMap(number)
    guard !numbers.isEmpty, numbers.count >= fields.count - 1 else { return false }
    guard numbers.count > 1 else { return numbers[0] != 0 }
    let ascends = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    let areWhole = numbers.allSatisfy { $0.rounded() == $0 }
    // Long rows of ascending fractions are column names such as wavelengths.
    return !ascends || !areWhole && numbers.count < 8
  }
}
