import Images

/// Blurs or sharpens images, at random.
public struct RandomAdjustSharpnessEntry: TransformEntry {
  /// The factor of sharpness: 0 blurs, 1 changes nothing, 2 sharpens.
  public var sharpnessFactor: Double
  /// The probability of a change.
  public var probability = 0.5

  /// Images of this sharpness.
  public init(sharpnessFactor: Double) { self.sharpnessFactor = sharpnessFactor }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(sharpnessFactor: 1) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomAdjustSharpness.name, "images blurred or sharpened, at random",
    example: "sharpnessFactor: 2", short: "sharpnessFactor",
    keys: [
      RecipeKey(
        "sharpnessFactor", \.sharpnessFactor, .number(.from(0, through: 1000)), required: true,
        "0 blurs, 1 changes nothing, 2 sharpens"),
      .probability(\.probability, of: "a change"),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    RandomAdjustSharpness(factor: sharpnessFactor, probability: probability)
  }
}
