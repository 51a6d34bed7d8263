import Images

/// Images rotated by a random angle.
public struct RandomRotationSettings: Equatable, Sendable {
  /// The range of angles, counter-clockwise.
  public var degrees: ClosedRange<Double>
  /// Where a rotated pixel's value comes from.
  public var interpolation = RandomRotation.Interpolation.nearest

  /// Angles of a range.
  public init(degrees: ClosedRange<Double>) {
    self.degrees = degrees
  }
}

extension RandomRotation.Interpolation: Choice {}

extension RandomRotationSettings: TransformVariantSettings {
  static let name = RandomRotation.name
  static let doc = "images rotated by a random angle, black where nothing comes in"
  static let shortKey: String? = "degrees"

  init() { self.init(degrees: 0...0) }

  static let fields: [Field<RandomRotationSettings>] = [
    Field(
      "degrees", \.degrees, .interval(.from(-180, through: 180), single: .from(0, through: 180)) { -$0...$0 },
      required: true, "the largest angle to either side, or [least, most], counter-clockwise"),
    Field("interpolation", \.interpolation, .choice, "nearest or bilinear"),
  ]

  var transform: (any Transform)? { RandomRotation(degrees: degrees, interpolation: interpolation) }
}
