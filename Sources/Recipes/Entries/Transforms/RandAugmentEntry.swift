import Images

/// Applies some operations of one magnitude.
public struct RandAugmentEntry: TransformEntry {
  /// The number of operations.
  public var numOps = 2
  /// Their magnitude.
  public var magnitude = 9
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
    RandAugment.name, "some operations of one magnitude: RandAugment",
    example: "magnitude: 7",
    keys: [
      RecipeKey(
        "numOps", \.numOps, .number(.from(1, through: RandAugment.mostOperations)), "the number of operations"),
      RecipeKey("magnitude", \.magnitude, .number(.from(0, through: 999)), "their magnitude, from 0"),
      RecipeKey(
        "numMagnitudeBins", \.numMagnitudeBins, .number(.from(2, through: 1000)),
        "the number of magnitudes; the last is the greatest"),
      .interpolation(\.interpolation),
      .fill(\.fill),
    ])

  /// Checks that there is a magnitude of this number.
  public func check(_ section: RecipeSection) throws {
    guard magnitude < numMagnitudeBins else {
      throw section.conflict(
        of: ["magnitude", "numMagnitudeBins"],
        "\(section.naming("magnitude", magnitude)), but magnitudes end with \(numMagnitudeBins - 1)",
        advice: "\(section.path(of: "numMagnitudeBins")) is the number of magnitudes, from 0")
    }
  }

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    RandAugment(
      operations: numOps, magnitude: magnitude, magnitudeBins: numMagnitudeBins, interpolation: interpolation,
      fill: fill.color)
  }
}
