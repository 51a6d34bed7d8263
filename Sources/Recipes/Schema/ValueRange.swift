/// The values that a number of a recipe may have, as data.
public struct ValueRange: Equatable, Sendable {
  /// One end.
  public struct End: Equatable, Sendable {
    /// The number at the end.
    public let value: Double
    /// Whether that number is allowed itself.
    public let isIncluded: Bool
  }

  /// The values in words, to follow "must be".
  public let words: String
  /// The lower end; nil where there is none.
  public let lower: End?
  /// The upper end; nil where there is none.
  public let upper: End?
}

extension Bounds where Value: RecipeNumber {
  /// The allowed values as data; nil where all are allowed.
  var range: ValueRange? {
    words.map { ValueRange(words: $0, lower: lower.map(Self.end), upper: upper.map(Self.end)) }
  }

  private static func end(_ end: End) -> ValueRange.End {
    switch end {
    case .included(let value): ValueRange.End(value: value.asDouble, isIncluded: true)
    case .excluded(let value): ValueRange.End(value: value.asDouble, isIncluded: false)
    }
  }
}
