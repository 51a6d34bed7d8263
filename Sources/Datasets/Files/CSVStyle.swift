/// How a CSV file is written.
public struct CSVStyle: Equatable, Sendable {
  /// What stands between fields.
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

  /// What stands before a number's fraction.
  public enum Decimal: String, CaseIterable, Sendable {
    /// A point.
    case point
    /// A comma.
    case comma
  }

  /// What stands between fields.
  public var separator: Separator
  /// What stands before a number's fraction.
  public var decimal: Decimal
  /// Whether the first row names the columns.
  public var hasHeader: Bool

  /// Bundles the properties.
  public init(separator: Separator = .comma, decimal: Decimal = .point, hasHeader: Bool = true) {
    self.separator = separator
    self.decimal = decimal
    self.hasHeader = hasHeader
  }

  /// The number that a field's text is, if it is one.
  func number(_ text: String) -> Float? {
    // Numbers to base 16, as C writes them, are none in tables.
    guard !text.contains(where: { $0 == "x" || $0 == "X" }) else { return nil }
    guard decimal == .comma else { return Float(text) }
    return text.contains(".") ? nil : Float(text.replacing(",", with: "."))
  }

  /// The separator that a text has in it, if it has another than this one.
  func otherSeparator(in text: String) -> Separator? {
    Separator.allCases.first { other in
      other != separator && !(other == .comma && decimal == .comma) && text.unicodeScalars.contains(other.scalar)
    }
  }

  /// Whether a first row is a sample rather than the columns' names: its fields, but for one at most, are numbers, and are
  /// not numbered as columns are.
  func looksLikeSample(_ fields: [String]) -> Bool {
    let numbers = fields.compactMap(number)
    guard !numbers.isEmpty, numbers.count >= fields.count - 1 else { return false }
    guard numbers.count > 1 else { return numbers[0] != 0 }
    let ascends = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    let areWhole = numbers.allSatisfy { $0.rounded() == $0 }
    // Long rows of ascending fractions are wavelengths and the like.
    return !ascends || !areWhole && numbers.count < 8
  }
}
