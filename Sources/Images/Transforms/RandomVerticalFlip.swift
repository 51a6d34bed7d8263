/// Turns images upside down by mirroring, with a probability.
public struct RandomVerticalFlip: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-vertical-flip"
  /// The probability of mirroring.
  public let probability: Double

  /// Takes the probability of mirroring.
  public init(probability: Double = 0.5) {
    self.probability = probability
  }

  /// Mirrors the image, top to bottom.
  public func change(_ canvas: Canvas) {
    let (height, width) = (canvas.size.height, canvas.size.width)
    for channel in 0..<canvas.channels {
      for place in 0..<height / 2 {
        let upper = canvas.planes[channel] + place * width
        let lower = canvas.planes[channel] + (height - 1 - place) * width
        for column in 0..<width {
          let above = upper[column]
          upper[column] = lower[column]
          lower[column] = above
        }
      }
    }
  }
}
