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
  /// The number of threads that load; nil to use idle processors.
  private let wantedThreads: Int?
  private var machine = MachineShare()
  /// Threads and the memory of each; made by the first call of `load`, since `use` may come before it.
  private var loading: (threads: LoadingThreads, memory: [(image: Image, pipeline: TransformPipeline)])?
  /// What is loaded at present.
  private var request: (epoch: Int, indices: UnsafeBufferPointer<Int>, batch: Batch)?

  /// Images with these indices; nil for all.
  /// - Parameters:
  ///   - training: the inputs of training that these are to be measured like; nil for any size.
  ///   - pipeline: the transforms of each image; for this data set alone, since it has state.
  ///   - seed: the seed of random transforms.
  ///   - purpose: the use of the samples; those of different purposes are transformed independently.
  ///   - threads: the number of threads that load beside the training; nil to use idle processors.
  /// - Throws: `Failure` (data) if the images are too small for a transform, (configuration) if they get another size than those
  ///   of training, (system) if there is not enough memory.
  public init(
    _ images: CIFARImages, indices: [Int]? = nil, like training: Shape? = nil, pipeline: TransformPipeline,
    seed: UInt64,
    purpose: RandomPurpose, threads: Int? = nil
  ) throws {
    self.images = images
    self.indices = indices ?? Array(0..<images.count)
    classes = self.indices.map { images.labels[$0] }
    self.pipeline = pipeline
    wantedThreads = threads
    // Every transform tells the size that it makes of 32×32 pixels.
    size = try pipeline.checked(pipeline.outputSize(for: CIFARImages.size) ?? CIFARImages.size, like: training)
    inputShape = .image(height: size.height, width: size.width, channels: 3)
    random = Philox(seed: seed, purpose: purpose)
    // A transform that does not fit is better found now than in the first step.
    if count > 0 {
      let (image, memory) = (Image(), try FloatBuffer(count: inputShape.count))
      try write(0, epoch: 0, sample: 0, image, pipeline, to: memory.base)
    }
  }

  /// Uses idle processors.
  public func use(_ machine: MachineShare) { self.machine = machine }

  /// The image's file and its place there.
  public func text(of index: Int) -> String { images.text(of: indices[index]) }

  /// Copies images and transforms them.
  public func load(epoch: Int, indices chosen: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    let loading = try self.loading ?? makeLoading()
    self.loading = loading
    batch.resize(count: chosen.count)
    request = (epoch, chosen, batch)
    defer { request = nil }
    try loading.threads.run(chosen.count, self)
  }

  private func makeLoading() throws -> (LoadingThreads, [(Image, TransformPipeline)]) {
    let threads = try LoadingThreads(machine.threads(wantedThreads))
    return (
      threads, (0..<threads.count).map { (Image(), $0 == 0 ? pipeline : TransformPipeline(copying: pipeline)) }
    )
  }

  private func write(
    _ image: Int, epoch: Int, sample: Int, _ scratch: Image, _ pipeline: TransformPipeline,
    to row: UnsafeMutablePointer<Float>
  ) throws {
    try images.copy(image, to: scratch)
    try pipeline.prepare(scratch)
    try pipeline.finish(scratch, random: random, epoch: epoch, sample: sample, size: size, to: row)
  }
}

extension CIFARDataset: PlaceWork {
  func work(at place: Int, thread: Int) throws {
    guard let request, let memory = loading?.memory[thread] else { preconditionFailure("no batch is being loaded") }
    let (image, batch) = (indices[request.indices[place]], request.batch)
    try write(
      image, epoch: request.epoch, sample: batch.randomIndex(of: image, at: place), memory.image, memory.pipeline,
      to: batch.view.row(step: 0, sample: place).floats)
    batch.classes[place] = images.labels[image]
  }
}
