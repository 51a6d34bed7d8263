import Tensors

/// The memory of one batch of inputs, targets and lengths, allocated once and refilled for every step.
public final class Batch {
  /// The shape of one input.
  public let shape: Shape
  /// The form of the targets.
  public let targetLayout: TargetLayout
  /// The largest number of samples.
  public let capacity: Int
  /// The current number of samples.
  public private(set) var count = 0
  /// If targets are classes: the class index of each row; rows are ordered by step, then by sample.
  public let classes: UnsafeMutablePointer<Int32>
  /// The number of valid steps of each sample.
  public let lengths: UnsafeMutablePointer<Int32>
  private let inputs: FloatBuffer
  private let values: FloatBuffer

  /// Allocates memory for up to `capacity` samples.
  /// - Throws: `Failure` (system) if there is not enough.
  public init(shape: Shape, targets: TargetLayout = .classes(steps: 1), capacity: Int) throws {
    self.shape = shape
    targetLayout = targets
    self.capacity = capacity
    inputs = try FloatBuffer(count: capacity * shape.count)
    let rows: Int
    switch targets {
    case .classes(let steps):
      rows = capacity * steps
      values = try FloatBuffer(count: 0)
    case .values(let shape):
      rows = 0
      values = try FloatBuffer(count: capacity * shape.count)
    }
    classes = .allocate(capacity: rows)
    classes.initialize(repeating: 0, count: rows)
    lengths = .allocate(capacity: capacity)
    lengths.initialize(repeating: Int32(shape.steps), count: capacity)
  }

  deinit {
    classes.deallocate()
    lengths.deallocate()
  }

  /// Sets the number of samples to `count`. The caller then writes all inputs.
  public func resize(count: Int) {
    precondition(count <= capacity, "batch of \(count) samples in memory for \(capacity)")
    self.count = count
  }

  /// Sets the number of samples to `count` and their inputs to zero.
  public func clear(count: Int) {
    resize(count: count)
    inputs.base.update(repeating: 0, count: count * shape.count)
  }

  /// The targets in the order of their rows, for the data set to write.
  public var targets: Targets {
    switch targetLayout {
    case .classes: .classes(UnsafePointer(classes))
    case .values(let shape): .values(view(shape, of: values))
    }
  }

  /// The inputs; sequences are time-major.
  public var view: TensorView { view(shape, of: inputs) }

  private func view(_ shape: Shape, of memory: FloatBuffer) -> TensorView {
    TensorView(
      base: memory.base, steps: shape.steps, batch: count, positions: shape.positions, columns: shape.features,
      stride: shape.features)
  }
}
