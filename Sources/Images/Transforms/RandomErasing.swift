import Tensors

/// Paints over a rectangle of random size, shape and place, with a probability.
public struct RandomErasing: Transform {
  /// What the rectangle is painted with.
  public enum Paint: Equatable, Sendable {
    /// One colour: red, green and blue; red alone in a grey image.
    case color(SIMD3<Double>)
    /// Normal numbers for each pixel and channel, with these means and deviations of red, green and blue.
    case noise(mean: SIMD3<Double>, deviation: SIMD3<Double>)
  }

  /// A rectangle, and the random numbers of its noise.
  public struct Erasure: Sendable {
    /// The rectangle.
    public var region: ImageRegion
    /// The random numbers.
    public var random: TransformRandom

    /// Takes a rectangle and random numbers.
    public init(region: ImageRegion, random: TransformRandom) { (self.region, self.random) = (region, random) }
  }

  /// The name in recipes.
  public static let name = "random-erasing"
  /// The probability of erasing.
  public let probability: Double
  /// The rectangle's share of the image's area.
  public let scale: ClosedRange<Double>
  /// The rectangle's height over its width.
  public let ratio: ClosedRange<Double>
  /// What the rectangle is painted with.
  public let paint: Paint

  /// Takes a probability, and the ranges of the rectangle's share of the area and of its shape; uniform in the share and in
  /// the logarithm of the shape.
  public init(
    probability: Double = 0.5, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3,
    paint: Paint = .color(.zero)
  ) {
    (self.probability, self.scale, self.ratio, self.paint) = (probability, scale, ratio, paint)
  }

  /// True if nothing is erased.
  public var isDeterministic: Bool { probability <= 0 }

  /// Draws the first of ten rectangles that fits; nil for none.
  public func draw(size: ImageSize, random: TransformRandom) -> Erasure? {
    guard random.chance(0, of: probability) else { return nil }
    let logarithms = naturalLogarithm(ratio.lowerBound)...naturalLogarithm(ratio.upperBound)
    for attempt in 0..<10 {
      let area = Double(size.count) * random.uniform(4 * attempt + 1, in: scale)
      let shape = exponential(random.uniform(4 * attempt + 2, in: logarithms))
      let height = Int((area * shape).squareRoot().rounded(.toNearestOrEven))
      let width = Int((area / shape).squareRoot().rounded(.toNearestOrEven))
      guard height < size.height, width < size.width else { continue }
      let region = ImageRegion(
        top: random.integer(4 * attempt + 3, in: 0...size.height - height),
        left: random.integer(4 * attempt + 4, in: 0...size.width - width),
        size: ImageSize(height: height, width: width))
      return Erasure(region: region, random: random)
    }
    return nil
  }

  /// Paints over the rectangle, which must be within the image.
  public func apply(_ erasure: Erasure?, to canvas: Canvas) {
    guard let erasure else { return }
    let (region, stride) = (erasure.region, canvas.size.width)
    let (start, width, count) = (region.top * stride + region.left, region.size.width, region.size.count)
    switch paint {
    case .color(let color):
      for channel in 0..<canvas.channels {
        for row in 0..<region.size.height {
          (canvas.planes[channel] + start + row * stride).update(repeating: Float(color[channel]), count: width)
        }
      }
    case .noise(let mean, let deviation):
      erasure.random.forEachNormal(count: canvas.channels * count) { index, number in
        let (channel, pixel) = index.quotientAndRemainder(dividingBy: count)
        let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
        canvas.planes[channel][start + row * stride + column] = Float(mean[channel] + deviation[channel] * number)
      }
    }
  }
}
