import Images

/// Equalizes the histograms of colours, at random.
public struct RandomEqualizeEntry: TransformEntry {
  /// The probability of a change.
  public var probability = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomEqualize.name, "levels of each channel made equally frequent, at random",
    example: "probability: 0.5", short: "probability",
    keys: [.probability(\.probability, of: "a change")])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomEqualize(probability: probability) }
}
