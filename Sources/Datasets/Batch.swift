import Tensors

/// The memory of one batch of inputs, class indices and lengths; made once and filled again for every step.
public final class Batch {
  /// The shape of one input.
  public let shape: Shape
  /// The largest number of samples.
  public let capacity: Int
  /// The number of samples now.
  public private(set) var count = 0
  /// Class index of each sample.
  public let targets: UnsafeMutablePointer<Int32>
  /// Number of valid steps of each sample.
  public let lengths: UnsafeMutablePointer<Int32>
  private let inputs: FloatBuffer

  /// Memory for up to `capacity` samples.
  /// - Throws: `Failure` (system) where there is not enough.
  public init(shape: Shape, capacity: Int) throws {
    self.shape = shape
    self.capacity = capacity
    inputs = try FloatBuffer(count: capacity * shape.count)
    targets = .allocate(capacity: capacity)
    targets.initialize(repeating: 0, count: capacity)
    lengths = .allocate(capacity: capacity)
    lengths.initialize(repeating: Int32(shape.steps), count: capacity)
  }

  deinit {
    targets.deallocate()
    lengths.deallocate()
  }

  /// Makes room for `count` samples, whose inputs all have to be written then.
  public func resize(count: Int) {
    precondition(count <= capacity, "batch of \(count) samples in memory for \(capacity)")
    self.count = count
  }

  /// Makes room for `count` samples and clears their inputs.
  public func clear(count: Int) {
    resize(count: count)
    inputs.base.update(repeating: 0, count: count * shape.count)
  }

  /// The inputs, time-major where they are sequences.
  public var view: TensorView {
    TensorView(
      base: inputs.base, steps: shape.steps, batch: count, positions: shape.positions, columns: shape.features,
      stride: shape.features)
  }
}
