import Tensors

/// Rotates images about their middle by a random angle, keeping their size; corners without image are black.
public struct RandomRotation: Transform {
  /// The name in recipes.
  public static let name = "random-rotation"
  /// True if the range has only one angle.
  public var isDeterministic: Bool { degrees.lowerBound == degrees.upperBound }
  /// The range of the angle in degrees, counter-clockwise.
  public let degrees: ClosedRange<Double>
  /// How a rotated pixel's value is interpolated.
  public let interpolation: Interpolation

  /// Rotations by angles uniform in a range.
  public init(degrees: ClosedRange<Double>, interpolation: Interpolation = .nearest) {
    self.degrees = degrees
    self.interpolation = interpolation
  }

  /// Draws an angle in degrees.
  public func draw(size: ImageSize, random: TransformRandom) -> Double {
    random.uniform(0, in: degrees)
  }

  /// Rotates by an angle in degrees, counter-clockwise.
  public func apply(_ angle: Double, to canvas: Canvas) throws {
    try canvas.warp(PixelMap(turn: angle / 360), interpolation)
  }
}

extension PixelMap {
  /// A rotation about the middle, in full turns, counter-clockwise.
  init(turn: Double) {
    let (cosine, sine) = (cosine(ofTurn: turn), cosine(ofTurn: turn - 0.25))
    (across, down) = (SIMD3(cosine, -sine, 0), SIMD3(sine, cosine, 0))
  }
}
