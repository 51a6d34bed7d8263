import Diagnostics
import Images
import Tensors

/// Some images of CIFAR, as height × width × 3 floats after a pipeline of transforms.
///
/// Transforms depend only on the seed, the epoch and the image's place in the set's files.
public final class CIFARDataset: Dataset {
  /// [32, 32, 3], unless the transforms make another size.
  public let inputShape: Shape
  /// The classes' names.
  public var classNames: [String] { images.classNames }
  /// The class of each image.
  public let classes: [Int32]?
  /// Number of images.
  public var count: Int { indices.count }
  /// False: images have no steps.
  public let hasLengths = false
  /// Whether a transform is random.
  public var variesByEpoch: Bool { pipeline.isRandom }
  /// True: transforms take a while.
  public let loadsAhead = true
  private let images: CIFARImages
  private let indices: [Int]
  private let pipeline: TransformPipeline
  private let size: ImageSize
  private let random: Philox
  private let scratch = Image()

  /// Images with these indices; nil for all.
  /// - Parameters:
  ///   - pipeline: the transforms of each image; for this data set alone, since it has state.
  ///   - seed: the seed of random transforms.
  ///   - purpose: the use of the samples; those of different purposes are transformed independently.
  /// - Throws: `Failure` (data) if the images are too small for a transform, (system) if there is not enough memory.
  public init(
    _ images: CIFARImages, indices: [Int]? = nil, pipeline: TransformPipeline, seed: UInt64, purpose: RandomPurpose
  ) throws {
    self.images = images
    self.indices = indices ?? Array(0..<images.count)
    classes = self.indices.map { images.labels[$0] }
    self.pipeline = pipeline
    // Every transform tells the size that it makes of 32×32 pixels.
    size = pipeline.outputSize(for: CIFARImages.size) ?? CIFARImages.size
    inputShape = .image(height: size.height, width: size.width, channels: 3)
    random = Philox(seed: seed, purpose: purpose)
    // A transform that does not fit is better found now than in the first step.
    if count > 0 { try load(epoch: 0, indices: [0], into: Batch(for: self, capacity: 1)) }
  }

  /// The image's file and its place there.
  public func text(of index: Int) -> String { images.text(of: indices[index]) }

  /// Copies images and transforms them.
  public func load(epoch: Int, indices chosen: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    batch.resize(count: chosen.count)
    for (place, index) in chosen.enumerated() {
      let image = indices[index]
      try images.copy(image, to: scratch)
      try pipeline.prepare(scratch)
      try pipeline.finish(
        scratch, random: random, epoch: epoch, sample: batch.randomIndex(of: image, at: place), size: size,
        to: batch.view.row(step: 0, sample: place).floats)
      batch.classes[place] = images.labels[image]
    }
  }

  private func load(epoch: Int, indices: [Int], into batch: Batch) throws {
    try indices.withUnsafeBufferPointer { try load(epoch: epoch, indices: $0, into: batch) }
  }
}
