import CKernels
import Tensors

/// Rotates images about their middle by a random angle, keeping their size; corners without image are black.
public struct RandomRotation: Transform {
  /// How a rotated pixel's value is interpolated.
  public enum Interpolation: String, Sendable, CaseIterable {
    /// The nearest pixel.
    case nearest
    /// A weighted mean of the four nearest ones.
    case bilinear
  }

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
    try canvas.makeResult(canvas.size)
    let (from, to) = (canvas.planes, canvas.result)
    var rotation = dpt_rotation(
      from: (UnsafePointer(from[0]), UnsafePointer(from[1]), UnsafePointer(from[2])), to: (to[0], to[1], to[2]),
      height: canvas.size.height, width: canvas.size.width, cosine: Float(cosine(ofTurn: angle / 360)),
      sine: Float(cosine(ofTurn: angle / 360 - 0.25)), bilinear: interpolation == .bilinear)
    dpt_rotate(&rotation)
    canvas.useResult()
  }
}
