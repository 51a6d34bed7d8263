import Images

/// Inverts bright colours, at random.
public struct RandomSolarizeEntry: TransformEntry {
  /// The least level to invert, of 0 to 255.
  public var threshold: Double
  /// The probability of a change.
  public var probability = 0.5

  /// Inverts from this level on.
  public init(threshold: Double) { self.threshold = threshold }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(threshold: 128) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomSolarize.name, "colours from a threshold on inverted, at random",
    example: "threshold: 128", short: "threshold",
    keys: [
      RecipeKey(
        "threshold", \.threshold, .number(.from(0, through: 256)), required: true,
        "the least level to invert, of 0 to 255; 256 for none"),
      .probability(\.probability, of: "a change"),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    RandomSolarize(threshold: threshold, probability: probability)
  }
}
