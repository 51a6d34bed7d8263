/// Mirrors images, left to right, with a probability.
public struct RandomHorizontalFlip: ChanceTransform {
  /// The name in recipes.
  public static let name = "random-horizontal-flip"
  /// The probability of mirroring.
  public let probability: Double

  /// Takes the probability of mirroring.
  public init(probability: Double = 0.5) {
    self.probability = probability
  }

  /// Mirrors the image.
  public func change(_ canvas: Canvas) {
    let width = canvas.size.width
    for channel in 0..<canvas.channels {
      for place in 0..<canvas.size.height {
        let row = canvas.planes[channel] + place * width
        for column in 0..<width / 2 {
          let left = row[column]
          row[column] = row[width - 1 - column]
          row[width - 1 - column] = left
        }
      }
    }
  }
}
