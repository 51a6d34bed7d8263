/// Makes all levels of each colour about equally frequent, with a probability.
public struct RandomEqualize: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-equalize"
  /// The probability of a change.
  public let probability: Double

  /// Takes the probability of a change.
  public init(probability: Double = 0.5) {
    self.probability = probability
  }

  /// Equalizes the histogram of each colour.
  public func change(_ canvas: Canvas) {
    canvas.equalize()
  }
}
