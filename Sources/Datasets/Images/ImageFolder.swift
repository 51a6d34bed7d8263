import Diagnostics
import Images
import Tensors

/// Image files with classes, as height × width × channels floats after a pipeline of transforms.
///
/// Transforms depend only on the seed, the epoch and the sample's index. Images are cached after the leading
/// deterministic transforms, up to the limit of `cache`; results do not depend on it.
public final class ImageFolder: Dataset {
  /// [height, width, channels].
  public let inputShape: Shape
  /// The classes' names.
  public var classNames: [String] { samples.classNames }
  /// The class of each image.
  public var classes: [Int32]? { samples.samples.map { Int32($0.label) } }
  /// Number of images.
  public var count: Int { samples.samples.count }
  /// False: images have no steps.
  public let hasLengths = false
  /// True: reading and transforming takes a millisecond or more.
  public let loadsAhead = true
  /// Whether a transform is random.
  public var variesByEpoch: Bool { pipeline.isRandom }
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
  ///   - pipeline: the transforms of each image; for this data set alone, since it has state.
  ///   - seed: the seed of random transforms.
  ///   - purpose: the use of the samples; those of different purposes are transformed independently.
  ///   - cache: the memory for images, in MiB, shared by all ranks of a machine; the first images seen are kept.
  ///   - pixelLimit: the largest number of pixels that a file may claim.
  ///   - format: the channels and bits that images are read with.
  /// - Throws: `Failure` (configuration) if the pipeline's images differ in size, (system) if there is not enough
  ///   memory.
  public init(
    _ samples: ImageSamples, pipeline: TransformPipeline, seed: UInt64, purpose: RandomPurpose, cache: Int = 1024,
    pixelLimit: Int = ImageDecoder.defaultPixelLimit, format: PixelFormat = PixelFormat()
  ) throws {
    self.samples = samples
    self.pipeline = pipeline
    size = try pipeline.outputSize(of: samples)
    inputShape = .image(height: size.height, width: size.width, channels: format.channels)
    random = Philox(seed: seed, purpose: purpose)
    decoder = try ImageDecoder(pixelLimit: pixelLimit, format: format)
    self.cache = Array(repeating: nil, count: samples.samples.count)
    cacheBytes = cache << 20
  }

  /// Limits the cache to this rank's share.
  public func share(amongRanks ranks: Int) { cacheBytes /= ranks }

  /// The file's path.
  public func text(of index: Int) -> String { samples.samples[index].path }

  /// Reads images, or takes them from the cache, and transforms them.
  /// - Throws: `Failure` (noInput, data) naming a file that cannot be read or is too small for a transform.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    batch.resize(count: indices.count)
    for (place, index) in indices.enumerated() {
      let sample = samples.samples[index]
      try located(sample.path) {
        try pipeline.finish(
          try prepared(index), random: random, epoch: epoch, sample: batch.randomIndex(of: index, at: place),
          size: size,
          to: batch.view.row(step: 0, sample: place).floats)
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

  /// The endings of image files.
  public let fileEndings = ImageSamples.endings

  /// A reader that transforms images to `shape` as in evaluations; files may claim at most `pixelLimit` pixels, and are read
  /// in a format.
  /// - Throws: `Failure` (data) if the shape is not an image's, (system) if there is not enough memory.
  public init(
    pipeline: TransformPipeline, shape: [Int], pixelLimit: Int = ImageDecoder.defaultPixelLimit,
    format: PixelFormat = PixelFormat()
  ) throws {
    self.pipeline = pipeline
    self.shape = Shape(shape)
    guard shape.count == 3, shape[2] == format.channels else {
      throw Failure(
        .data,
        "the run's data.json holds the shape \(self.shape), which is not an image of "
          + (format.colors == .grey ? "one channel" : "three colours"),
        advice: "train again: the run was trained on other data")
    }
    decoder = try ImageDecoder(pixelLimit: pixelLimit, format: format)
  }

  /// Reads the image of a file.
  /// - Throws: `Failure` (noInput, data) naming a file that cannot be read or is too small for a transform.
  public func samples(_ input: String) throws -> any Dataset {
    let image = Image()
    try decoder.decode(input, into: image)
    try located(input) { try pipeline.prepare(image) }
    return SingleInput(shape: shape) { batch, place in
      try located(input) {
        try pipeline.finish(
          image, random: Philox(seed: 0, purpose: .testData), epoch: 1, sample: 0,
          size: ImageSize(height: shape.extents[0], width: shape.extents[1]),
          to: batch.view.row(step: 0, sample: place).floats)
      }
    }
  }
}

/// Runs `body` and puts the file's name before the message of its failure.
private func located<T>(_ path: String, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let failure as Failure where failure.exitCode == .data && !failure.message.hasPrefix(path) {
    throw Failure(.data, "\(path): \(failure.message)", advice: failure.advice)
  }
}

extension TransformPipeline {
  /// The common size of all results: set by the transforms, or else found from the images.
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
