/// Blurs or sharpens images, with a probability.
public struct RandomAdjustSharpness: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-adjust-sharpness"
  /// The factor of sharpness: 0 blurs, 1 changes nothing, 2 doubles the sharpness.
  public let factor: Double
  /// The probability of a change.
  public let probability: Double

  /// Takes the factor of sharpness and the probability of a change.
  public init(factor: Double, probability: Double = 0.5) {
    self.factor = factor
    self.probability = probability
  }

  /// Blurs or sharpens the image.
  public func change(_ canvas: Canvas) throws {
    try canvas.adjustSharpness(factor)
  }
}
