import Tensors

/// Takes a rectangle of random size, shape and place and resizes it.
public struct RandomResizedCrop: Transform {
  /// The name in recipes.
  public static let name = "random-resized-crop"
  /// False.
  public let isDeterministic = false
  /// Height and width of the result.
  public let size: ImageSize
  /// The rectangle's share of the image's area.
  public let scale: ClosedRange<Double>
  /// The rectangle's width over its height.
  public let ratio: ClosedRange<Double>

  /// Takes the ranges of the rectangle's share of the area and of its shape; uniform in the share and in the logarithm
  /// of the shape.
  public init(_ size: ImageSize, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3)
  {
    self.size = size
    self.scale = scale
    self.ratio = ratio
  }

  /// Always `size`.
  public func outputSize(for input: ImageSize?) -> ImageSize? { size }

  /// Draws rectangles: the first of ten that fits, or else the largest one in the middle with an allowed shape.
  public func draw(size input: ImageSize, random: TransformRandom) -> ImageRegion {
    let logarithms = naturalLogarithm(ratio.lowerBound)...naturalLogarithm(ratio.upperBound)
    for attempt in 0..<10 {
      let area = Double(input.count) * random.uniform(4 * attempt, in: scale)
      let shape = exponential(random.uniform(4 * attempt + 1, in: logarithms))
      let width = Int((area * shape).squareRoot().rounded(.toNearestOrEven))
      let height = Int((area / shape).squareRoot().rounded(.toNearestOrEven))
      guard (1...input.width).contains(width), (1...input.height).contains(height) else { continue }
      return ImageRegion(
        top: random.integer(4 * attempt + 2, in: 0...input.height - height),
        left: random.integer(4 * attempt + 3, in: 0...input.width - width),
        size: ImageSize(height: height, width: width))
    }
    var size = input
    let shape = Double(input.width) / Double(input.height)
    if shape < ratio.lowerBound {
      size.height = Int((Double(input.width) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if shape > ratio.upperBound {
      size.width = Int((Double(input.height) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    size = ImageSize(height: max(1, size.height), width: max(1, size.width))
    return ImageRegion(top: (input.height - size.height) / 2, left: (input.width - size.width) / 2, size: size)
  }

  /// Resizes the region, bilinear with antialiasing.
  public func apply(_ parameters: ImageRegion, to canvas: Canvas) throws {
    try canvas.resize(parameters, to: size)
  }
}
