import CKernels

/// Inverts colours, with a probability.
public struct RandomInvert: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-invert"
  /// The probability of inversion.
  public let probability: Double

  /// Takes the probability of inversion.
  public init(probability: Double = 0.5) {
    self.probability = probability
  }

  /// Inverts the colours.
  public func change(_ canvas: Canvas) {
    canvas.adjust(DPT_INVERSION)
  }
}
