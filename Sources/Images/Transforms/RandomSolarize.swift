/// Inverts colours from a threshold on, with a probability.
public struct RandomSolarize: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-solarize"
  /// The least level to invert, of those from 0 to 255.
  public let threshold: Double
  /// The probability of a change.
  public let probability: Double

  /// Takes the least level to invert, from 0 to 255, and the probability of a change.
  public init(threshold: Double, probability: Double = 0.5) {
    self.threshold = threshold
    self.probability = probability
  }

  /// Inverts the colours from the threshold on.
  public func change(_ canvas: Canvas) {
    canvas.solarize(threshold: threshold)
  }
}
