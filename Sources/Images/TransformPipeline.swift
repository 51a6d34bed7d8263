import Diagnostics
import Tensors

/// Transforms one after the other, and the memory they work in; for one thread at a time.
///
/// The leading deterministic transforms end in 8 bits (`prepare`), as torchvision's do on PIL images: what a data set may
/// keep from epoch to epoch. The rest works on floats from 0 to 1 and writes them normalised, channels last (`finish`).
public final class TransformPipeline {
  /// The transforms, in order.
  public let transforms: [any Transform]
  /// What is done last.
  public let normalize: Normalize
  /// The number of leading transforms that do the same in every epoch.
  public let preparedCount: Int
  private let canvas = Canvas()

  /// A pipeline of transforms, and a normalisation at its end.
  public init(_ transforms: [any Transform] = [], normalize: Normalize = .none) {
    self.transforms = transforms
    self.normalize = normalize
    preparedCount = transforms.firstIndex { !$0.isDeterministic } ?? transforms.count
  }

  /// The size of what becomes of an image of size `input` (nil: of any size); nil where that is not fixed.
  public func outputSize(for input: ImageSize? = nil) -> ImageSize? {
    transforms.reduce(input) { $1.outputSize(for: $0) }
  }

  /// Does the leading deterministic transforms, in place.
  /// - Throws: `Failure` (data) where the image is too small, (system) where there is not enough memory.
  public func prepare(_ image: Image) throws {
    guard preparedCount > 0 else { return }
    try canvas.load(image)
    for transform in transforms[..<preparedCount] {
      // What they draw is the same by any numbers.
      try transform.run(on: canvas, random: TransformRandom(Self.unused, epoch: 0, sample: 0, place: 0))
    }
    try canvas.store(to: image)
  }

  /// Does the other transforms to a prepared image, and writes height × width × 3 floats.
  /// - Parameters:
  ///   - random: the seed and purpose of what chance decides.
  ///   - size: what the image must become; nil where the transforms fix it.
  ///   - destination: has room for the output size.
  /// - Throws: `Failure` (data) where the image is too small or becomes one of another size, (system) where there is not enough memory.
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
