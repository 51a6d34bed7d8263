import Images

/// Spreads colours over the whole range, at random.
public struct RandomAutocontrastEntry: TransformEntry {
  /// The probability of a change.
  public var probability = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomAutocontrast.name, "colours spread from the least to the greatest value of each channel, at random",
    example: "probability: 0.5", short: "probability",
    keys: [.probability(\.probability, of: "a change")])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomAutocontrast(probability: probability) }
}
