import Images

/// Shows images from another point of view, at random.
public struct RandomPerspectiveEntry: TransformEntry {
  /// The farthest that corners move, as a share of half the image.
  public var distortionScale = 0.5
  /// The probability of a change.
  public var probability = 0.5
  /// How a pixel's value is interpolated.
  public var interpolation = Interpolation.bilinear
  /// The levels, from 0 to 255, of pixels without image.
  public var fill: [Double] = [0]

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomPerspective.name, "images from another point of view, at random",
    example: "distortionScale: 0.3",
    keys: [
      RecipeKey(
        "distortionScale", \.distortionScale, .number(.from(0, through: 1)),
        "the farthest that corners move inwards, as a share of half the width and half the height"),
      .probability(\.probability, of: "a change"),
      .interpolation(\.interpolation),
      .fill(\.fill),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    RandomPerspective(
      distortion: distortionScale, probability: probability, interpolation: interpolation, fill: fill.color)
  }
}
