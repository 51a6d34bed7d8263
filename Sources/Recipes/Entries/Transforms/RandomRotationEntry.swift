import Images

/// Rotates images by a random angle.
public struct RandomRotationEntry: TransformEntry {
  /// The range of angles in degrees, counter-clockwise.
  public var degrees: ClosedRange<Double>
  /// How a rotated pixel's value is interpolated.
  public var interpolation = Interpolation.nearest

  /// Angles in a range.
  public init(degrees: ClosedRange<Double>) { self.degrees = degrees }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(degrees: 0...0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomRotation.name, "images rotated by a random angle, with black corners",
    example: "degrees: 20, interpolation: bilinear", short: "degrees",
    keys: [
      RecipeKey(
        "degrees", \.degrees, .interval(.from(-180, through: 180), single: .from(0, through: 180)) { -$0...$0 },
        required: true, "the largest angle to either side, or [least, most], counter-clockwise"),
      .interpolation(\.interpolation),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomRotation(degrees: degrees, interpolation: interpolation) }
}
