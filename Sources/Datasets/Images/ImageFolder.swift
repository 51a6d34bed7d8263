import Diagnostics
import Images
import Tensors

/// Image files, each with a class, as height × width × 3 floats after a pipeline of transforms.
///
/// What becomes of an image depends on the seed, the epoch and the sample's index alone. Images are kept in memory as they
/// are after the leading deterministic transforms, as far as the cache goes; results do not depend on it.
public final class ImageFolder: Dataset {
  /// Height × width × 3.
  public let inputShape: Shape
  /// The classes' names.
  public var classNames: [String] { samples.classNames }
  /// The class of each image.
  public var classes: [Int32]? { samples.samples.map { Int32($0.label) } }
  /// Number of images.
  public var count: Int { samples.samples.count }
  /// Images have no lengths.
  public let hasLengths = false
  /// Reading and transforming takes a millisecond or more.
  public let loadsAhead = true
  /// The files.
  public let samples: ImageSamples
  private let pipeline: TransformPipeline
  private let size: ImageSize
  private let random: Philox
  private let decoder: ImageDecoder
  private let scratch = Image()
  private var cache: [Image?]
  private var cacheBytes: Int

  /// Images of a list of files.
  /// - Parameters:
  ///   - samples: the files.
  ///   - pipeline: what is done to each; of this data set alone, since it has memory.
  ///   - seed: of what chance decides in the pipeline.
  ///   - purpose: what the samples are for; those of different purposes are transformed independently.
  ///   - cache: at most so many MiB of images are kept in memory, on all ranks of a machine; those seen first.
  ///   - pixelLimit: the largest number of pixels that a file may claim.
  /// - Throws: `Failure` (configuration) where the pipeline's images differ in size, (system) where memory is short.
  public init(
    _ samples: ImageSamples, pipeline: TransformPipeline, seed: UInt64, purpose: RandomPurpose, cache: Int = 1024,
    pixelLimit: Int = ImageDecoder.defaultPixelLimit
  ) throws {
    self.samples = samples
    self.pipeline = pipeline
    size = try pipeline.outputSize(of: samples)
    inputShape = .image(height: size.height, width: size.width, channels: 3)
    random = Philox(seed: seed, purpose: purpose)
    decoder = try ImageDecoder(pixelLimit: pixelLimit)
    self.cache = Array(repeating: nil, count: samples.samples.count)
    cacheBytes = cache << 20
  }

  /// Keeps a rank's share of the images' memory.
  public func share(amongRanks ranks: Int) { cacheBytes /= ranks }

  /// The file.
  public func text(of index: Int) -> String { samples.samples[index].path }

  /// Reads, or takes from memory, and transforms.
  /// - Throws: `Failure` (noInput, data) naming the file that cannot be read or is too small for a transform.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    batch.resize(count: indices.count)
    for (place, index) in indices.enumerated() {
      let sample = samples.samples[index]
      try located(sample.path) {
        try pipeline.finish(
          try prepared(index), random: random, epoch: epoch, sample: index, size: size,
          to: batch.view.row(step: 0, sample: place))
      }
      batch.classes[place] = Int32(sample.label)
    }
  }

  private func prepared(_ index: Int) throws -> Image {
    if let image = cache[index] { return image }
    try decoder.decode(samples.samples[index].path, into: scratch)
    try pipeline.prepare(scratch)
    let bytes = scratch.pixels.count
    if bytes <= cacheBytes {
      cache[index] = try Image(copying: scratch)
      cacheBytes -= bytes
    }
    return scratch
  }
}

/// Reads image files for a trained model.
public struct ImageReader: InputReader {
  private let shape: Shape
  private let pipeline: TransformPipeline
  private let decoder: ImageDecoder

  /// Those of images.
  public let fileEndings = ImageSamples.endings

  /// A reader that does to images what was done to those that the model is measured on, of a shape; files may claim at most
  /// `pixelLimit` pixels.
  /// - Throws: `Failure` (data) where the shape is no image's, (system) where memory is short.
  public init(
    pipeline: TransformPipeline, shape: [Int], pixelLimit: Int = ImageDecoder.defaultPixelLimit
  ) throws {
    self.pipeline = pipeline
    self.shape = Shape(shape)
    guard shape.count == 3, shape[2] == 3 else {
      throw Failure(
        .data, "the run's data.json holds the shape \(self.shape), which is no image of three colours",
        advice: "train again: the run was trained on other data")
    }
    decoder = try ImageDecoder(pixelLimit: pixelLimit)
  }

  /// The image of a file.
  /// - Throws: `Failure` (noInput, data) naming the file that cannot be read or is too small for a transform.
  public func samples(_ input: String) throws -> any Dataset {
    let image = Image()
    try decoder.decode(input, into: image)
    try located(input) { try pipeline.prepare(image) }
    return SingleInput(shape: shape) { batch, place in
      try located(input) {
        try pipeline.finish(
          image, random: Philox(seed: 0, purpose: .testData), epoch: 1, sample: 0,
          size: ImageSize(height: shape.extents[0], width: shape.extents[1]),
          to: batch.view.row(step: 0, sample: place))
      }
    }
  }
}

/// Names the file in failures of transforms.
private func located<T>(_ path: String, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let failure as Failure where failure.exitCode == .data && !failure.message.hasPrefix(path) {
    throw Failure(.data, "\(path): \(failure.message)", advice: failure.advice)
  }
}

extension TransformPipeline {
  /// The size of all results: the one that transforms fix, or else the one that all images get that are known.
  fileprivate func outputSize(of images: ImageSamples) throws -> ImageSize {
    if let size = outputSize() { return size }
    let sizes = images.samples.map { sample in sample.size.flatMap { outputSize(for: $0) } }
    if let first = sizes.first, let size = first {
      guard let other = sizes.firstIndex(where: { $0 != size }) else { return size }
      let fix = "\(Resize.name): {size: [\(size.height), \(size.width)]}"
      let names = transforms.isEmpty ? "images" : "the transforms leave images"
      throw Failure(
        .configuration,
        "\(names) of different sizes: \(images.samples[0].path) of \(size) pixels, \(images.samples[other].path) of "
          + (sizes[other].map { "\($0)" } ?? "others"),
        advice: transforms.isEmpty
          ? "data.transforms bring them to one: data: {source: image-folder, folder: \(images.root), transforms: [\(fix)]}"
          : "one of data.transforms must fix height and width, for example \(fix)")
    }
    throw Failure(
      .configuration, "the transforms leave images of different sizes",
      advice: "one of data.transforms must fix height and width, for example \(Resize.name): {size: [256, 256]}")
  }
}
