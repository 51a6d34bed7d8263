import CKernels

/// Replaces colours by their grey value, with a probability.
public struct RandomGrayscale: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-grayscale"
  /// The probability of grey.
  public let probability: Double

  /// Takes the probability of grey.
  public init(probability: Double = 0.1) {
    self.probability = probability
  }

  /// Makes the image grey.
  public func change(_ canvas: Canvas) {
    canvas.adjust(DPT_SATURATION, 0)
  }
}
