import Tensors

/// Rotates, shifts, scales and shears images at random, keeping their size.
public struct RandomAffine: Transform {
  /// One change; numbers as torchvision's.
  public struct Parameters: Equatable, Sendable {
    /// The angle in degrees, clockwise.
    public var angle: Double
    /// The shift in pixels, to the right and down.
    public var translation: SIMD2<Int>
    /// The factor of the size.
    public var scale: Double
    /// The angles of shearing in degrees, along rows and along columns.
    public var shear: SIMD2<Double>

    /// Takes an angle, a shift, a factor of the size, and angles of shearing.
    public init(angle: Double, translation: SIMD2<Int> = .zero, scale: Double = 1, shear: SIMD2<Double> = .zero) {
      (self.angle, self.translation, self.scale, self.shear) = (angle, translation, scale, shear)
    }
  }

  /// The name in recipes.
  public static let name = "random-affine"
  /// The range of the angle in degrees, clockwise.
  public let degrees: ClosedRange<Double>
  /// The largest shift to either side, as a share of the width and of the height.
  public let translate: SIMD2<Double>
  /// The range of the factor of the size.
  public let scale: ClosedRange<Double>
  /// The range of the angle in degrees by which rows are sheared.
  public let shearAcross: ClosedRange<Double>
  /// The range of the angle in degrees by which columns are sheared.
  public let shearDown: ClosedRange<Double>
  /// How a pixel's value is interpolated.
  public let interpolation: Interpolation
  /// The colour of pixels without image, from 0 to 1.
  public let fill: SIMD3<Double>
  /// The fixed point in pixels from the left and from the top; nil for the middle.
  public let center: SIMD2<Double>?

  /// Takes the ranges of all parameters, which are drawn uniformly.
  public init(
    degrees: ClosedRange<Double>, translate: SIMD2<Double> = .zero, scale: ClosedRange<Double> = 1...1,
    shearAcross: ClosedRange<Double> = 0...0, shearDown: ClosedRange<Double> = 0...0,
    interpolation: Interpolation = .nearest, fill: SIMD3<Double> = .zero, center: SIMD2<Double>? = nil
  ) {
    (self.degrees, self.translate, self.scale) = (degrees, translate, scale)
    (self.shearAcross, self.shearDown) = (shearAcross, shearDown)
    (self.interpolation, self.fill, self.center) = (interpolation, fill, center)
  }

  /// True if no range has more than one value.
  public var isDeterministic: Bool {
    translate == .zero && [degrees, scale, shearAcross, shearDown].allSatisfy { $0.lowerBound == $0.upperBound }
  }

  /// Draws the parameters, all uniform.
  public func draw(size: ImageSize, random: TransformRandom) -> Parameters {
    let most = translate * SIMD2(Double(size.width), Double(size.height))
    func shift(_ element: Int, _ most: Double) -> Int {
      Int(random.uniform(element, in: -most...most).rounded(.toNearestOrEven))
    }
    return Parameters(
      angle: random.uniform(0, in: degrees), translation: SIMD2(shift(1, most.x), shift(2, most.y)),
      scale: random.uniform(3, in: scale),
      shear: SIMD2(random.uniform(4, in: shearAcross), random.uniform(5, in: shearDown)))
  }

  /// Rotates, shears, scales and shifts, in this order.
  public func apply(_ parameters: Parameters, to canvas: Canvas) throws {
    func tangent(_ degrees: Double) -> Double {
      cosine(ofTurn: degrees / 360 - 0.25) / cosine(ofTurn: degrees / 360)
    }
    let turn = parameters.angle / 360
    let middle = SIMD2(Double(canvas.size.width), Double(canvas.size.height)) / 2
    let map = PixelMap(
      cosine: cosine(ofTurn: turn), sine: cosine(ofTurn: turn - 0.25), scale: parameters.scale,
      shear: SIMD2(tangent(parameters.shear.x), tangent(parameters.shear.y)),
      translation: SIMD2<Double>(parameters.translation), center: center.map { $0 - middle } ?? .zero)
    try canvas.warp(map, interpolation, fill: fill)
  }
}

extension PixelMap {
  /// The inverse of an affine map about `center`, which is counted from the middle: torchvision's
  /// `_get_inverse_affine_matrix`. `shear` has the tangents of its angles.
  init(
    cosine: Double = 1, sine: Double = 0, scale: Double = 1, shear: SIMD2<Double> = .zero,
    translation: SIMD2<Double> = .zero, center: SIMD2<Double> = .zero
  ) {
    // The columns of the map itself, without the scale; its determinant is 1.
    let (a, c) = (cosine + sine * shear.y, sine - cosine * shear.y)
    let (b, d) = (-a * shear.x - sine, -c * shear.x + cosine)
    let start = -center - translation
    func row(_ first: Double, _ second: Double, _ center: Double) -> SIMD3<Double> {
      let (x, y) = (first / scale, second / scale)
      return SIMD3(x, y, x * start.x + y * start.y + center)
    }
    across = row(d, -b, center.x)
    down = row(-c, a, center.y)
  }
}
