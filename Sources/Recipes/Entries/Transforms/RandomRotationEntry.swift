import Images

/// Images rotated by a random angle.
public struct RandomRotationEntry: TransformEntry {
  /// The range of angles, counter-clockwise.
  public var degrees: ClosedRange<Double>
  /// Where a rotated pixel's value comes from.
  public var interpolation = RandomRotation.Interpolation.nearest

  /// Angles of a range.
  public init(degrees: ClosedRange<Double>) { self.degrees = degrees }

  /// Every default; what is required has a placeholder.
  public init() { self.init(degrees: 0...0) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomRotation.name, "images rotated by a random angle, black where nothing comes in",
    example: "degrees: 20, interpolation: bilinear", short: "degrees",
    keys: [
      RecipeKey(
        "degrees", \.degrees, .interval(.from(-180, through: 180), single: .from(0, through: 180)) { -$0...$0 },
        required: true, "the largest angle to either side, or [least, most], counter-clockwise"),
      RecipeKey("interpolation", \.interpolation, .choice, "nearest or bilinear"),
    ])

  /// The transform.
  public func makeTransform() -> any Transform { RandomRotation(degrees: degrees, interpolation: interpolation) }
}

extension RandomRotation.Interpolation: Choice {}
