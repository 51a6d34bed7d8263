import Diagnostics
import Tensors

/// Transforms in order, and their memory; for one thread at a time.
///
/// The leading deterministic transforms end in the image's 8 or 16 bits (`prepare`), as torchvision's do on PIL images; a
/// data set may cache the result. The others work on floats from 0 to 1 and write them normalized, channels last (`finish`).
public final class TransformPipeline {
  /// The transforms, in order.
  public let transforms: [any Transform]
  /// The normalization at the end.
  public let normalize: Normalize
  /// The number of leading transforms that are not random.
  public let preparedCount: Int
  /// Whether any transform is random.
  public var isRandom: Bool { preparedCount < transforms.count }
  private let canvas = Canvas()

  /// A pipeline of transforms, with a normalization at its end.
  public init(_ transforms: [any Transform] = [], normalize: Normalize = .none) {
    self.transforms = transforms
    self.normalize = normalize
    preparedCount = transforms.firstIndex { !$0.isDeterministic } ?? transforms.count
  }

  /// The same transforms with memory of their own, for another thread.
  public convenience init(copying other: TransformPipeline) {
    self.init(other.transforms, normalize: other.normalize)
  }

  /// The size of the result for an image of size `input` (nil: any size); nil if it is not fixed.
  public func outputSize(for input: ImageSize? = nil) -> ImageSize? {
    transforms.reduce(input) { $1.outputSize(for: $0) }
  }

  /// Applies the leading deterministic transforms in place.
  /// - Throws: `Failure` (data) if the image is too small, (system) if there is not enough memory.
  public func prepare(_ image: Image) throws {
    guard preparedCount > 0 else { return }
    try canvas.load(image)
    for transform in transforms[..<preparedCount] {
      // Deterministic transforms ignore the random numbers.
      try transform.run(on: canvas, random: TransformRandom(Self.unused, epoch: 0, sample: 0, place: 0))
    }
    try canvas.store(to: image)
  }

  /// Applies the other transforms to a prepared image, and writes height × width × channels floats.
  /// - Parameters:
  ///   - random: the seed and purpose of random choices.
  ///   - size: the required size of the result; nil if the transforms fix it.
  ///   - destination: memory for the result.
  /// - Throws: `Failure` (data) if the image is too small or the result has another size, (system) if there is not
  ///   enough memory.
  public func finish(
    _ prepared: Image, random: Philox, epoch: Int, sample: Int, size: ImageSize? = nil,
    to destination: UnsafeMutablePointer<Float>
  ) throws {
    try canvas.load(prepared)
    for (place, transform) in transforms.enumerated().dropFirst(preparedCount) {
      try transform.run(
        on: canvas, random: TransformRandom(random, epoch: epoch, sample: sample, place: place))
    }
    if let size, canvas.size != size {
      throw Failure(
        .data, "the image has \(canvas.size) pixels, but must have \(size)",
        advice: "bring it to that size; or train with transforms that bring all to one: [resize: {size: [256, 256]}]")
    }
    canvas.write(normalize, to: destination)
  }

  private static let unused = Philox(seed: 0, purpose: .trainingData)
}
