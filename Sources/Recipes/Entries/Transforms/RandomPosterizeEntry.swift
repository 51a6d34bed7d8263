import Images

/// Reduces the levels of colours, at random.
public struct RandomPosterizeEntry: TransformEntry {
  /// The bits that are kept, of 8.
  public var bits: Int
  /// The probability of a change.
  public var probability = 0.5

  /// Keeps `bits` bits of each colour.
  public init(bits: Int) { self.bits = bits }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(bits: 8) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomPosterize.name, "fewer levels of each channel, at random",
    example: "bits: 4", short: "bits",
    keys: [
      RecipeKey(
        "bits", \.bits, .number(.from(0, through: 8)), required: true,
        "the bits to keep, of 8"),
      .probability(\.probability, of: "a change"),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    RandomPosterize(bits: bits, probability: probability)
  }
}
