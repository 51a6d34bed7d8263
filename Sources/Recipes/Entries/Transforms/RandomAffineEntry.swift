import Images

/// Rotates, shifts, scales and shears images at random.
public struct RandomAffineEntry: TransformEntry {
  /// The range of angles in degrees, clockwise.
  public var degrees: ClosedRange<Double>
  /// The largest shift as a share of the width and of the height, or of both.
  public var translate: [Double] = [0]
  /// The range of the factor of the size.
  public var scale = 1.0...1.0
  /// Degrees of shearing: one for both sides, two for a range, or four for ranges along rows and along columns.
  public var shear: [Double] = [0]
  /// How a pixel's value is interpolated.
  public var interpolation = Interpolation.nearest
  /// The levels, from 0 to 255, of pixels without image.
  public var fill: [Double] = [0]
  /// The fixed point in pixels from the left and from the top; nil for the middle.
  public var center: [Double]?

  /// Angles in a range.
  public init(degrees: ClosedRange<Double>) { self.degrees = degrees }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(degrees: 0...0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomAffine.name, "images rotated, shifted, scaled and sheared at random",
    example: "degrees: 10, translate: 0.1, scale: [0.9, 1.1], interpolation: bilinear", short: "degrees",
    keys: [
      RecipeKey(
        "degrees", \.degrees, .interval(.from(-180, through: 180), single: .from(0, through: 180)) { -$0...$0 },
        required: true, "the largest angle to either side, or [least, most], clockwise"),
      RecipeKey(
        "translate", \.translate, .numbers(.from(0, through: 1), forms: ["[across, down]"]),
        "the largest shift to either side, as a share of the width and of the height"),
      RecipeKey("scale", \.scale, .interval(.from(0.01, through: 100)), "the factor of the size, [least, most]"),
      RecipeKey(
        "shear", \.shear,
        .numbers(.from(-89, through: 89), forms: ["[least, most]", "[least, most, least down, most down]"]),
        "degrees by which rows are sheared, to either side or from least to most; two more numbers for columns"),
      .interpolation(\.interpolation),
      .fill(\.fill),
      RecipeKey(
        "center", \.center, .optional(.numbers(.from(-65536, through: 65536), forms: ["[across, down]"])),
        "the fixed point in pixels from the left and from the top, or none for the middle"),
    ])

  /// Checks that ranges of shearing are in order.
  public func check(_ section: RecipeSection) throws {
    for first in stride(from: 0, to: shear.count - 1, by: 2) where shear[first] > shear[first + 1] {
      throw section.conflict(
        of: ["shear"],
        "\(section.path(of: "shear")) must have the least first, but \(shear[first].recipeText) is more than "
          + shear[first + 1].recipeText, advice: "for example [-10, 10]")
    }
  }

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    func range(_ first: Int) -> ClosedRange<Double> {
      shear.count > first + 1 ? shear[first]...shear[first + 1] : 0...0
    }
    return RandomAffine(
      degrees: degrees, translate: translate.pair, scale: scale,
      shearAcross: shear.count == 1 ? -abs(shear[0])...abs(shear[0]) : range(0), shearDown: range(2),
      interpolation: interpolation, fill: fill.color, center: center?.pair)
  }
}
