/// Shows images as if from another point of view, with a probability; their corners move inwards at random.
public struct RandomPerspective: Transform {
  /// The places of an image's corners in the result, (column, row).
  public struct Corners: Equatable, Sendable {
    /// The upper left corner.
    public var topLeft: SIMD2<Int>
    /// The upper right corner.
    public var topRight: SIMD2<Int>
    /// The lower right corner.
    public var bottomRight: SIMD2<Int>
    /// The lower left corner.
    public var bottomLeft: SIMD2<Int>

    /// Takes the places of the corners.
    public init(topLeft: SIMD2<Int>, topRight: SIMD2<Int>, bottomRight: SIMD2<Int>, bottomLeft: SIMD2<Int>) {
      (self.topLeft, self.topRight) = (topLeft, topRight)
      (self.bottomRight, self.bottomLeft) = (bottomRight, bottomLeft)
    }
  }

  /// The name in recipes.
  public static let name = "random-perspective"
  /// The farthest that corners move, as a share of half the width and half the height.
  public let distortion: Double
  /// The probability of a change.
  public let probability: Double
  /// How a pixel's value is interpolated.
  public let interpolation: Interpolation
  /// The colour of pixels without image, from 0 to 1.
  public let fill: SIMD3<Double>

  /// Takes the strength, and the probability of a change.
  public init(
    distortion: Double = 0.5, probability: Double = 0.5, interpolation: Interpolation = .bilinear,
    fill: SIMD3<Double> = .zero
  ) {
    (self.distortion, self.probability) = (distortion, probability)
    (self.interpolation, self.fill) = (interpolation, fill)
  }

  /// True if no image is changed.
  public var isDeterministic: Bool { probability <= 0 }

  /// Draws the places of the corners, or nil for no change.
  public func draw(size: ImageSize, random: TransformRandom) -> Corners? {
    guard random.chance(0, of: probability) else { return nil }
    let across = Int(distortion * Double(size.width / 2))
    let down = Int(distortion * Double(size.height / 2))
    func left(_ element: Int) -> Int { random.integer(element, in: 0...across) }
    func right(_ element: Int) -> Int { random.integer(element, in: size.width - across - 1...size.width - 1) }
    func top(_ element: Int) -> Int { random.integer(element, in: 0...down) }
    func bottom(_ element: Int) -> Int { random.integer(element, in: size.height - down - 1...size.height - 1) }
    return Corners(
      topLeft: SIMD2(left(1), top(2)), topRight: SIMD2(right(3), top(4)), bottomRight: SIMD2(right(5), bottom(6)),
      bottomLeft: SIMD2(left(7), bottom(8)))
  }

  /// Moves the corners to their places. If these are no quadrangle, or the image is a line, it stays as it is.
  public func apply(_ corners: Corners?, to canvas: Canvas) throws {
    guard let corners, let map = PixelMap(movingCornersTo: corners, size: canvas.size) else { return }
    try canvas.warp(map, interpolation, fill: fill)
  }
}

extension PixelMap {
  /// The inverse of the perspective map that moves an image's corners to `corners`; nil if there is none.
  ///
  /// The map of a square to a quadrangle is Heckbert's (1989, "Fundamentals of texture mapping and image warping", 2.2.3).
  init?(movingCornersTo corners: RandomPerspective.Corners, size: ImageSize) {
    let middle = SIMD2(Double(size.width), Double(size.height)) / 2
    func place(_ corner: SIMD2<Int>) -> SIMD2<Double> { SIMD2<Double>(corner) - middle }
    let (first, second) = (place(corners.topLeft), place(corners.topRight))
    let (third, fourth) = (place(corners.bottomRight), place(corners.bottomLeft))
    let (excess, right, left) = (first - second + third - fourth, second - third, fourth - third)
    let area = right.x * left.y - right.y * left.x
    guard area != 0, size.height > 1, size.width > 1 else { return nil }
    let g = (excess.x * left.y - excess.y * left.x) / area
    let h = (right.x * excess.y - right.y * excess.x) / area
    let a = second - first + g * second
    let b = fourth - first + h * fourth
    // Rows of the inverse, up to a factor: places in the square, and the divisor.
    depth = SIMD3(a.y * h - b.y * g, b.x * g - a.x * h, a.x * b.y - b.x * a.y)
    guard depth.z != 0 else { return nil }
    let (width, height) = (Double(size.width - 1), Double(size.height - 1))
    across = SIMD3(b.y - first.y * h, first.x * h - b.x, b.x * first.y - first.x * b.y)
    down = SIMD3(first.y * g - a.y, a.x - first.x * g, first.x * a.y - a.x * first.y)
    across = width * across - middle.x * depth
    down = height * down - middle.y * depth
  }
}
