import Diagnostics
import Images
import Tensors

/// Images with targets, as height × width × channels floats after a pipeline of transforms.
///
/// Transforms depend only on the seed, the epoch and the sample's index. Images are cached after the leading
/// deterministic transforms, up to the limit of `cache`; results do not depend on it.
public final class ImageDataset: Dataset {
  /// [height, width, channels].
  public let inputShape: Shape
  /// A class, or a row of numbers.
  public var targetLayout: TargetLayout { targets.layout }
  /// The classes' names.
  public let classNames: [String]
  /// The names of a target's numbers; empty if they have none.
  public let targetNames: [String]
  /// The class of each image; nil if targets are numbers.
  public var classes: [Int32]? { if case .classes(let classes) = targets { classes } else { nil } }
  /// Number of images.
  public var count: Int { source.count }
  /// The images of each of the source's files.
  public var fileRanges: [Range<Int>]? { source.fileRanges }
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
  private let pixelLimit: Int
  private let format: PixelFormat
  /// The number of threads that load; nil to use idle processors.
  private let wantedThreads: Int?
  /// The bytes of pixels that the ranks of a machine keep.
  private let pixelBytes: Int
  private var machine = MachineShare()
  /// What loads; made by the first call of `load`, since `use` may come before it.
  private var loading: Loading?

  /// Threads, and the memory of each.
  private struct Loading {
    let threads: LoadingThreads
    let cache: ImageCache?
    let readers: [PreparedReader]
  }

  /// What is loaded at present.
  private var request: (epoch: Int, indices: UnsafeBufferPointer<Int>, batch: Batch)?

  /// Images of a source.
  /// - Parameters:
  ///   - source: the encoded images.
  ///   - targets: the target of each image.
  ///   - classNames: the classes' names; of several labels the name of each number; empty if targets are other numbers.
  ///   - targetNames: the names of a target's numbers; empty if they have none, or targets are classes.
  ///   - sizes: the size of each decoded image, for transforms that do not fix one; nil where it is not known.
  ///   - training: the inputs of training that these are to be measured like; nil for any size.
  ///   - pipeline: the transforms of each image; for this data set alone, since it has state.
  ///   - seed: the seed of random transforms.
  ///   - purpose: the use of the samples; those of different purposes are transformed independently.
  ///   - cache: the memory for images, in MiB, shared by all ranks of a machine; the first images seen are kept.
  ///   - threads: the number of threads that load beside the training; nil to use idle processors.
  ///   - pixelLimit: the largest number of pixels that a file may claim.
  ///   - format: the channels and bits that images are read with.
  /// - Throws: `Failure` (configuration) if the pipeline's images differ in size, or from those of training, (system) if there is
  ///   not enough memory.
  public init(
    _ source: any ImageSource, targets: ImageTargets, classNames: [String], targetNames: [String] = [],
    sizes: [ImageSize?] = [], like training: Shape? = nil, pipeline: TransformPipeline, seed: UInt64,
    purpose: RandomPurpose, cache: Int = 1024,
    threads: Int? = nil, pixelLimit: Int = ImageDecoder.defaultPixelLimit, format: PixelFormat = PixelFormat()
  ) throws {
    precondition(targets.count == source.count, "each image has a target")
    self.source = source
    self.targets = targets
    (self.classNames, self.targetNames) = (classNames, targetNames)
    self.pipeline = pipeline
    size = try pipeline.commonSize(of: source, sizes: sizes, like: training)
    inputShape = .image(height: size.height, width: size.width, channels: format.channels)
    random = Philox(seed: seed, purpose: purpose)
    (self.pixelLimit, self.format) = (pixelLimit, format)
    wantedThreads = threads
    let known = sizes.isEmpty ? Array(repeating: nil, count: source.count) : sizes
    pixelBytes = ImageCache.pixelBytes(known.map { pipeline.preparedSize(of: $0) }, format: format, limit: cache << 20)
  }

  /// Image files with a class each.
  /// - Throws: as the other initializer.
  public convenience init(
    _ samples: ImageSamples, like training: Shape? = nil, pipeline: TransformPipeline, seed: UInt64,
    purpose: RandomPurpose, cache: Int = 1024,
    threads: Int? = nil, pixelLimit: Int = ImageDecoder.defaultPixelLimit, format: PixelFormat = PixelFormat()
  ) throws {
    try self.init(
      samples, targets: .classes(samples.samples.map { Int32($0.label) }), classNames: samples.classNames,
      sizes: samples.samples.map(\.facts?.size), like: training, pipeline: pipeline, seed: seed, purpose: purpose,
      cache: cache,
      threads: threads, pixelLimit: pixelLimit, format: format)
  }

  /// The memory for the cache.
  public var cacheBytes: Int { pixelBytes == 0 ? 0 : ImageCache.byteCount(count, pixelBytes: pixelBytes) }

  /// Uses idle processors, and memory in common; or if there is none, this rank's share in its own.
  public func use(_ machine: MachineShare) { self.machine = machine }

  /// The image's name.
  public func text(of index: Int) -> String { source.name(of: index) }

  /// Reads images, or takes them from the cache, and transforms them.
  /// - Throws: `Failure` (noInput, data) naming the first image of the batch that cannot be read or is too small for a
  ///   transform, (system) if memory is short or no thread starts.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    let loading = try self.loading ?? makeLoading()
    self.loading = loading
    batch.resize(count: indices.count)
    source.expect(indices.filter { loading.cache?.holds($0) != true })
    request = (epoch, indices, batch)
    defer { request = nil }
    try loading.threads.run(indices.count, self)
  }

  /// Asks for images that are not in the cache.
  public func expect(_ samples: [Int]) { source.expect(samples.filter { loading?.cache?.holds($0) != true }) }

  private func makeLoading() throws -> Loading {
    let threads = try LoadingThreads(machine.threads(wantedThreads))
    let cache = try pixelBytes == 0 ? nil : makeCache()
    return Loading(
      threads: threads, cache: cache,
      readers: try (0..<threads.count).map { thread in
        try PreparedReader(
          source, pipeline: thread == 0 ? pipeline : TransformPipeline(copying: pipeline), cache: cache,
          pixelLimit: pixelLimit, format: format)
      })
  }

  /// The cache in memory that ranks have in common, or in this rank's own.
  private func makeCache() throws -> ImageCache? {
    if let memory = machine.memory, let cache = ImageCache(count, of: format, in: memory) { return cache }
    let bytes = ImageCache.byteCount(count, pixelBytes: pixelBytes / machine.ranks)
    return ImageCache(count, of: format, in: try CacheMemory(byteCount: bytes))
  }
}

extension ImageDataset: PlaceWork {
  func work(at place: Int, thread: Int) throws {
    guard let request, let loading else { preconditionFailure("no batch is being loaded") }
    let (index, batch) = (request.indices[place], request.batch)
    let reader = loading.readers[thread]
    try located(source.name(of: index)) {
      try reader.pipeline.finish(
        try reader.prepared(index), random: random, epoch: request.epoch,
        sample: batch.randomIndex(of: index, at: place), size: size,
        to: batch.view.row(step: 0, sample: place).floats)
    }
    targets.write(index, to: batch, at: place)
  }
}

/// Reads images and prepares them; for one thread.
private final class PreparedReader {
  let pipeline: TransformPipeline
  private let source: any ImageSource
  private let cache: ImageCache?
  private let decoder: ImageDecoder
  private let image = Image()
  private var bytes: [UInt8] = []

  init(
    _ source: any ImageSource, pipeline: TransformPipeline, cache: ImageCache?, pixelLimit: Int, format: PixelFormat
  ) throws {
    (self.source, self.pipeline, self.cache) = (source, pipeline, cache)
    decoder = try ImageDecoder(pixelLimit: pixelLimit, format: format)
  }

  /// An image after the leading transforms that are not random; valid until the next call.
  func prepared(_ index: Int) throws -> Image {
    if let cache, try cache.copy(index, to: image) { return image }
    try source.read(index, into: &bytes, limit: decoder.byteLimit)
    try decoder.decode(&bytes, name: source.name(of: index), into: image)
    try pipeline.prepare(image)
    cache?.keep(index, image)
    return image
  }
}

/// Runs `body` and puts the file's name before the message of its failure.
func located<T>(_ path: @autoclosure () -> String, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let failure as Failure where failure.exitCode == .data && !failure.message.hasPrefix(path()) {
    throw failure.located(path())
  }
}

extension TransformPipeline {
  /// The size after the leading transforms that are not random; nil if it depends on the size of the image, which is not known.
  fileprivate func preparedSize(of size: ImageSize?) -> ImageSize? {
    transforms[..<preparedCount].reduce(size) { $1.outputSize(for: $0) }
  }
}
