import Images

/// Mirrors images top to bottom, at random.
public struct RandomVerticalFlipEntry: TransformEntry {
  /// The probability of mirroring.
  public var probability = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomVerticalFlip.name, "images mirrored top to bottom, at random",
    example: "probability: 0.5", short: "probability",
    keys: [.probability(\.probability, of: "mirroring")])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomVerticalFlip(probability: probability) }
}
