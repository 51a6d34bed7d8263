/// Applies one operation with a strength, both chosen at random: TrivialAugment (Müller & Hutter 2021, arXiv 2103.10158).
public struct TrivialAugmentWide: Transform {
  /// The operation and its strength.
  public struct Parameters: Sendable {
    let operation: ImageOperation
    let bin: Int
    let isNegative: Bool
  }

  /// The name in recipes.
  public static let name = "trivial-augment-wide"
  /// False.
  public let isDeterministic = false
  /// The number of strengths.
  public let magnitudeBins: Int
  private let style: OperationStyle

  /// Takes the number of strengths, at least 2; how rotations and the like interpolate, and the colour with which they
  /// fill, from 0 to 1.
  public init(magnitudeBins: Int = 31, interpolation: Interpolation = .nearest, fill: SIMD3<Double> = .zero) {
    self.magnitudeBins = magnitudeBins
    style = OperationStyle(interpolation: interpolation, fill: fill)
  }

  /// Draws an operation, a strength and its sign, all uniform.
  public func draw(size: ImageSize, random: TransformRandom) -> Parameters {
    Parameters(
      operation: random.operation(0), bin: random.integer(1, in: 0...magnitudeBins - 1),
      isNegative: random.integer(2, in: 0...1) == 1)
  }

  /// Applies the operation.
  public func apply(_ parameters: Parameters, to canvas: Canvas) throws {
    try canvas.apply(
      parameters.operation, bin: parameters.bin, of: magnitudeBins, in: .wide, isNegative: parameters.isNegative, style)
  }
}

extension TransformRandom {
  /// Number `element`, one of all operations but the inversion.
  func operation(_ element: Int) -> ImageOperation {
    ImageOperation(rawValue: integer(element, in: 0...ImageOperation.equalize.rawValue)) ?? .identity
  }
}
