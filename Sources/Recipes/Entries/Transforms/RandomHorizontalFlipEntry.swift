import Images

/// Mirrors images left to right, at random.
public struct RandomHorizontalFlipEntry: TransformEntry {
  /// The probability of mirroring.
  public var probability = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomHorizontalFlip.name, "images mirrored left to right, at random",
    example: "probability: 0.5", short: "probability",
    keys: [.probability(\.probability, of: "mirroring")])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomHorizontalFlip(probability: probability) }
}
