import Images

/// Applies one operation of random magnitude.
public struct TrivialAugmentWideEntry: TransformEntry {
  /// The number of magnitudes.
  public var numMagnitudeBins = 31
  /// How rotations and the like interpolate.
  public var interpolation = Interpolation.nearest
  /// The levels, from 0 to 255, of pixels without image.
  public var fill: [Double] = [0]

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    TrivialAugmentWide.name, "one operation of random magnitude: TrivialAugment",
    example: "interpolation: bilinear",
    keys: [
      RecipeKey(
        "numMagnitudeBins", \.numMagnitudeBins, .number(.from(2, through: 1000)), "the number of magnitudes"),
      .interpolation(\.interpolation),
      .fill(\.fill),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    TrivialAugmentWide(magnitudeBins: numMagnitudeBins, interpolation: interpolation, fill: fill.color)
  }
}
