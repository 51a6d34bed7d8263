import Diagnostics
import Images
import Tensors

/// Images with targets, as height × width × 3 floats after a pipeline of transforms.
///
/// Transforms depend only on the seed, the epoch and the sample's index. Images are cached after the leading
/// deterministic transforms, up to the limit of `cache`; results do not depend on it.
public final class ImageDataset: Dataset {
  /// [height, width, 3].
  public let inputShape: Shape
  /// A class, or a row of numbers.
  public var targetLayout: TargetLayout { targets.layout }
  /// The classes' names.
  public let classNames: [String]
  /// The class of each image; nil if targets are numbers.
  public var classes: [Int32]? { if case .classes(let classes) = targets { classes } else { nil } }
  /// Number of images.
  public var count: Int { source.count }
  /// The images of each of the source's shards.
  public var shards: [Range<Int>]? { source.shards }
  /// False: images have no steps.
  public let hasLengths = false
  /// True: reading and transforming takes a millisecond or more.
  public let loadsAhead = true
  /// Whether a transform is random.
  public var variesByEpoch: Bool { pipeline.isRandom }
  /// The encoded images.
  public let source: any ImageSource
  private let targets: ImageTargets
  private let pipeline: TransformPipeline
  private let size: ImageSize
  private let random: Philox
  private let decoder: ImageDecoder
  private let scratch = Image()
  private var bytes: [UInt8] = []
  private var cache: [Image?]
  private var cacheBytes: Int

  /// Images of a source.
  /// - Parameters:
  ///   - source: the encoded images.
  ///   - targets: the target of each image.
  ///   - classNames: the classes' names; of several labels the name of each number; empty if targets are other numbers.
  ///   - sizes: the size of each decoded image, for transforms that do not fix one; nil where it is not known.
  ///   - pipeline: the transforms of each image; for this data set alone, since it has state.
  ///   - seed: the seed of random transforms.
  ///   - purpose: the use of the samples; those of different purposes are transformed independently.
  ///   - cache: the memory for images, in MiB, shared by all ranks of a machine; the first images seen are kept.
  ///   - pixelLimit: the largest number of pixels that a file may claim.
  /// - Throws: `Failure` (configuration) if the pipeline's images differ in size, (system) if there is not enough
  ///   memory.
  public init(
    _ source: any ImageSource, targets: ImageTargets, classNames: [String], sizes: [ImageSize?] = [],
    pipeline: TransformPipeline, seed: UInt64, purpose: RandomPurpose, cache: Int = 1024,
    pixelLimit: Int = ImageDecoder.defaultPixelLimit
  ) throws {
    precondition(targets.count == source.count, "each image has a target")
    self.source = source
    self.targets = targets
    self.classNames = classNames
    self.pipeline = pipeline
    size = try pipeline.outputSize(of: source, sizes: sizes)
    inputShape = .image(height: size.height, width: size.width, channels: 3)
    random = Philox(seed: seed, purpose: purpose)
    decoder = try ImageDecoder(pixelLimit: pixelLimit)
    self.cache = Array(repeating: nil, count: source.count)
    cacheBytes = cache << 20
  }

  /// Image files with a class each.
  /// - Throws: as the other initializer.
  public convenience init(
    _ samples: ImageSamples, pipeline: TransformPipeline, seed: UInt64, purpose: RandomPurpose, cache: Int = 1024,
    pixelLimit: Int = ImageDecoder.defaultPixelLimit
  ) throws {
    try self.init(
      samples, targets: .classes(samples.samples.map { Int32($0.label) }), classNames: samples.classNames,
      sizes: samples.samples.map(\.size), pipeline: pipeline, seed: seed, purpose: purpose, cache: cache,
      pixelLimit: pixelLimit)
  }

  /// Limits the cache to this rank's share.
  public func share(amongRanks ranks: Int) { cacheBytes /= ranks }

  /// The image's name.
  public func text(of index: Int) -> String { source.name(of: index) }

  /// Reads images, or takes them from the cache, and transforms them.
  /// - Throws: `Failure` (noInput, data) naming an image that cannot be read or is too small for a transform.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    batch.resize(count: indices.count)
    for (place, index) in indices.enumerated() {
      try located(source.name(of: index)) {
        try pipeline.finish(
          try prepared(index), random: random, epoch: epoch, sample: batch.randomIndex(of: index, at: place),
          size: size,
          to: batch.view.row(step: 0, sample: place).floats)
      }
      targets.write(index, to: batch, at: place)
    }
  }

  private func prepared(_ index: Int) throws -> Image {
    if let image = cache[index] { return image }
    try source.read(index, into: &bytes, limit: decoder.byteLimit)
    try decoder.decode(&bytes, name: source.name(of: index), into: scratch)
    try pipeline.prepare(scratch)
    let bytes = scratch.pixels.count
    if bytes <= cacheBytes {
      cache[index] = try Image(copying: scratch)
      cacheBytes -= bytes
    }
    return scratch
  }
}

/// Runs `body` and puts the file's name before the message of its failure.
func located<T>(_ path: String, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let failure as Failure where failure.exitCode == .data && !failure.message.hasPrefix(path) {
    throw Failure(.data, "\(path): \(failure.message)", advice: failure.advice)
  }
}

extension TransformPipeline {
  /// The common size of all results: set by the transforms, or else found from the images' sizes.
  fileprivate func outputSize(of images: any ImageSource, sizes: [ImageSize?]) throws -> ImageSize {
    if let size = outputSize() { return size }
    let sizes = sizes.map { $0.flatMap { outputSize(for: $0) } }
    if let first = sizes.first, let size = first {
      guard let other = sizes.firstIndex(where: { $0 != size }) else { return size }
      let fix = "\(Resize.name): {size: [\(size.height), \(size.width)]}"
      let names = transforms.isEmpty ? "images" : "the transforms leave images"
      throw Failure(
        .configuration,
        "\(names) of different sizes: \(images.name(of: 0)) of \(size) pixels, \(images.name(of: other)) of "
          + (sizes[other].map { "\($0)" } ?? "others"),
        advice: transforms.isEmpty
          ? "data.transforms bring them to one: data: {source: …, transforms: [\(fix)]}"
          : "one of data.transforms must fix height and width, for example \(fix)")
    }
    throw Failure(
      .configuration, "the transforms leave images of different sizes",
      advice: "one of data.transforms must fix height and width, for example \(Resize.name): {size: [256, 256]}")
  }
}
