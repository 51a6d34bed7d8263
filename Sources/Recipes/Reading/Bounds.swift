/// The allowed values of a number.
public struct Bounds<Value: Comparable & Sendable>: Sendable {
  /// An end of the allowed values.
  enum End: Sendable {
    case included(Value)
    case excluded(Value)
  }

  /// The lower end; nil if there is none.
  let lower: End?
  /// The upper end; nil if there is none.
  let upper: End?

  /// Every value of the type.
  public static var any: Bounds { Bounds(lower: nil, upper: nil) }

  /// `least` and more.
  public static func atLeast(_ least: Value) -> Bounds { Bounds(lower: .included(least), upper: nil) }

  /// More than `limit`.
  public static func above(_ limit: Value) -> Bounds { Bounds(lower: .excluded(limit), upper: nil) }

  /// `least` to `most`, both included.
  public static func from(_ least: Value, through most: Value) -> Bounds {
    Bounds(lower: .included(least), upper: .included(most))
  }

  /// `least` and more, but less than `limit`.
  public static func from(_ least: Value, below limit: Value) -> Bounds {
    Bounds(lower: .included(least), upper: .excluded(limit))
  }

  /// Whether `value` is allowed.
  func contains(_ value: Value) -> Bool {
    let isHighEnough =
      switch lower {
      case .included(let least): value >= least
      case .excluded(let limit): value > limit
      case nil: true
      }
    let isLowEnough =
      switch upper {
      case .included(let most): value <= most
      case .excluded(let limit): value < limit
      case nil: true
      }
    return isHighEnough && isLowEnough
  }
}

extension Bounds where Value: RecipeNumber {
  /// The allowed values in words, to follow "must be"; nil if all are allowed.
  var text: String? {
    switch (lower, upper) {
    case (.included(let least)?, .included(let most)?): return "from \(least.recipeText) to \(most.recipeText)"
    case (let lower?, let upper?): return "\(Self.text(lower)) and \(Self.text(upper, "below", "at most"))"
    case (let lower?, nil): return Self.text(lower)
    case (nil, let upper?): return Self.text(upper, "below", "at most")
    case (nil, nil): return nil
    }
  }

  private static func text(_ end: End, _ open: String = "greater than", _ closed: String = "at least") -> String {
    switch end {
    case .included(let value): "\(closed) \(value.recipeText)"
    case .excluded(let value): "\(open) \(value.recipeText)"
    }
  }
}

extension Bounds<Int> {
  /// A count of features, units or table entries; a float represents every whole number up to 2^24.
  public static var size: Bounds { from(1, through: 1 << 24) }
}

/// The allowed values of a recipe's number, as data.
public struct ValueRange: Equatable, Sendable {
  /// One end.
  public struct End: Equatable, Sendable {
    /// The number at the end.
    public let value: Double
    /// Whether the end itself is allowed.
    public let isIncluded: Bool
  }

  /// The values in words, to follow "must be".
  public let text: String
  /// The lower end; nil if there is none.
  public let lower: End?
  /// The upper end; nil if there is none.
  public let upper: End?
}

extension Bounds where Value: RecipeNumber {
  /// The allowed values as data; nil if all are allowed.
  var range: ValueRange? {
    text.map { ValueRange(text: $0, lower: lower.map(Self.end), upper: upper.map(Self.end)) }
  }

  private static func end(_ end: End) -> ValueRange.End {
    switch end {
    case .included(let value): ValueRange.End(value: value.asDouble, isIncluded: true)
    case .excluded(let value): ValueRange.End(value: value.asDouble, isIncluded: false)
    }
  }
}
