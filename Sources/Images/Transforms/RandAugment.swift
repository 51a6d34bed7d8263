/// Applies some operations one after the other, all with one strength: RandAugment (Cubuk et al. 2019, arXiv 1909.13719).
public struct RandAugment: Transform {
  /// The operations, and whether their strength is negative.
  public struct Parameters: Sendable {
    /// Indices of operations, as many as are applied.
    var operations = SIMD16<UInt8>.zero
    /// 1 if the strength is negative.
    var isNegative = SIMD16<UInt8>.zero
  }

  /// The name in recipes.
  public static let name = "rand-augment"
  /// False.
  public let isDeterministic = false
  /// The largest number of operations.
  public static let mostOperations = SIMD16<UInt8>.scalarCount
  /// The number of operations.
  public let operations: Int
  /// The strength of all operations, from 0.
  public let magnitude: Int
  /// The number of strengths.
  public let magnitudeBins: Int
  private let style: OperationStyle

  /// Takes the number of operations, at most `mostOperations`; their strength, and the number of strengths, at least 2 and
  /// more than the strength; how rotations and the like interpolate, and the colour with which they fill, from 0 to 1.
  public init(
    operations: Int = 2, magnitude: Int = 9, magnitudeBins: Int = 31, interpolation: Interpolation = .nearest,
    fill: SIMD3<Double> = .zero
  ) {
    precondition(operations <= Self.mostOperations && magnitude < magnitudeBins, "too many operations, or too strong")
    (self.operations, self.magnitude, self.magnitudeBins) = (operations, magnitude, magnitudeBins)
    style = OperationStyle(interpolation: interpolation, fill: fill)
  }

  /// Draws operations and the signs of their strength, all uniform.
  public func draw(size: ImageSize, random: TransformRandom) -> Parameters {
    var parameters = Parameters()
    for place in 0..<operations {
      parameters.operations[place] = UInt8(random.operation(2 * place).rawValue)
      parameters.isNegative[place] = UInt8(random.integer(2 * place + 1, in: 0...1))
    }
    return parameters
  }

  /// Applies the operations.
  public func apply(_ parameters: Parameters, to canvas: Canvas) throws {
    for place in 0..<operations {
      guard let operation = ImageOperation(rawValue: Int(parameters.operations[place])) else { continue }
      try canvas.apply(
        operation, bin: magnitude, of: magnitudeBins, in: .usual, isNegative: parameters.isNegative[place] == 1, style)
    }
  }
}
