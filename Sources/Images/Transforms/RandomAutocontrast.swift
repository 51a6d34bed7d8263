/// Spreads the values of each colour over the whole range, with a probability.
public struct RandomAutocontrast: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-autocontrast"
  /// The probability of a change.
  public let probability: Double

  /// Takes the probability of a change.
  public init(probability: Double = 0.5) {
    self.probability = probability
  }

  /// Spreads the values of each colour.
  public func change(_ canvas: Canvas) {
    canvas.stretchContrast()
  }
}
