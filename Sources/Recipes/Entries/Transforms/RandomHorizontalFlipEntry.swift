import Images

/// Images mirrored at random.
public struct RandomHorizontalFlipEntry: TransformEntry {
  /// The share of images that is mirrored.
  public var probability = 0.5

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomHorizontalFlip.name, "images mirrored left to right, at random",
    example: "probability: 0.5", short: "probability",
    keys: [
      RecipeKey("probability", \.probability, .number(.from(0, through: 1)), "the share of images that is mirrored")
    ])

  /// The transform.
  public func makeTransform() -> any Transform { RandomHorizontalFlip(probability: probability) }
}
