import CKernels
import Tensors

/// Rotates images about their middle by a random angle, in their size; what comes in from outside is black.
public struct RandomRotation: Transform {
  /// Where a rotated pixel's value comes from.
  public enum Interpolation: String, Sendable, CaseIterable {
    /// The nearest pixel.
    case nearest
    /// The four nearest ones.
    case bilinear
  }

  /// The recipe's word.
  public static let name = "random-rotation"
  /// The same in every epoch where only one angle is in the range.
  public var isDeterministic: Bool { degrees.lowerBound == degrees.upperBound }
  /// The angle's range in degrees, counter-clockwise.
  public let degrees: ClosedRange<Double>
  /// Where a rotated pixel's value comes from.
  public let interpolation: Interpolation

  /// Rotates by angles that are uniform in a range.
  public init(degrees: ClosedRange<Double>, interpolation: Interpolation = .nearest) {
    self.degrees = degrees
    self.interpolation = interpolation
  }

  /// An angle in degrees.
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
