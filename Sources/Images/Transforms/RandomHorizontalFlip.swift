/// Mirrors images, left to right, with a probability.
public struct RandomHorizontalFlip: Transform {
  /// The name in recipes.
  public static let name = "random-horizontal-flip"
  /// True if all images or none are mirrored.
  public var isDeterministic: Bool { probability <= 0 || probability >= 1 }
  /// The probability of mirroring.
  public let probability: Double

  /// Takes the probability of mirroring.
  public init(probability: Double = 0.5) {
    self.probability = probability
  }

  /// Draws whether to mirror.
  public func draw(size: ImageSize, random: TransformRandom) -> Bool {
    random.uniform(0, in: 0...1) < probability
  }

  /// Mirrors the image if `mirrors`.
  public func apply(_ mirrors: Bool, to canvas: Canvas) {
    guard mirrors else { return }
    let width = canvas.size.width
    for channel in 0..<3 {
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
