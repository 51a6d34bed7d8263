import Images

/// Makes images grey, at random.
public struct RandomGrayscaleEntry: TransformEntry {
  /// The probability of a change.
  public var probability = 0.1

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomGrayscale.name, "images made grey, at random",
    example: "probability: 0.1", short: "probability",
    keys: [.probability(\.probability, of: "a change")])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomGrayscale(probability: probability) }
}
