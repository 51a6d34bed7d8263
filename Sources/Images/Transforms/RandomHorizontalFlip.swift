/// Mirrors images, left to right, with a probability.
public struct RandomHorizontalFlip: Transform {
  /// The recipe's word.
  public static let name = "random-horizontal-flip"
  /// The same in every epoch where all images or none are mirrored.
  public var isDeterministic: Bool { probability <= 0 || probability >= 1 }
  /// The share of images that is mirrored.
  public let probability: Double

  /// Mirrors with a probability.
  public init(probability: Double = 0.5) {
    self.probability = probability
  }

  /// Whether to mirror.
  public func draw(size: ImageSize, random: TransformRandom) -> Bool {
    random.uniform(0, in: 0...1) < probability
  }

  /// Mirrors, or leaves the image as it is.
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
