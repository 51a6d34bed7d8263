/// Reduces the levels of each colour, with a probability.
public struct RandomPosterize: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-posterize"
  /// The bits to keep, of 8.
  public let bits: Int
  /// The probability of a change.
  public let probability: Double

  /// Takes the bits to keep, from 0 to 8, and the probability of a change.
  public init(bits: Int, probability: Double = 0.5) {
    self.bits = bits
    self.probability = probability
  }

  /// Keeps the first bits of each colour.
  public func change(_ canvas: Canvas) {
    canvas.posterize(bits: bits)
  }
}
