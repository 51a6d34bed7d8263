import Images

/// Inverts colours, at random.
public struct RandomInvertEntry: TransformEntry {
  /// The probability of a change.
  public var probability = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomInvert.name, "colours inverted, at random",
    example: "probability: 0.5", short: "probability",
    keys: [.probability(\.probability, of: "a change")])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomInvert(probability: probability) }
}
