import Tensors

/// The memory of one batch of inputs, targets and lengths; made once and filled again for every step.
public final class Batch {
  /// The shape of one input.
  public let shape: Shape
  /// What each sample's outputs should be.
  public let targetLayout: TargetLayout
  /// The largest number of samples.
  public let capacity: Int
  /// The number of samples now.
  public private(set) var count = 0
  /// Where targets are classes: the class index of each row, step by step, in each step sample by sample.
  public let classes: UnsafeMutablePointer<Int32>
  /// Number of valid steps of each sample.
  public let lengths: UnsafeMutablePointer<Int32>
  private let inputs: FloatBuffer
  private let values: FloatBuffer

  /// Memory for up to `capacity` samples.
  /// - Throws: `Failure` (system) where there is not enough.
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

  /// What the outputs should be, in the order of their rows; for the data set to write to.
  public var targets: Targets {
    switch targetLayout {
    case .classes: .classes(UnsafePointer(classes))
    case .values(let shape): .values(view(shape, of: values))
    }
  }

  /// The inputs, time-major where they are sequences.
  public var view: TensorView { view(shape, of: inputs) }

  private func view(_ shape: Shape, of memory: FloatBuffer) -> TensorView {
    TensorView(
      base: memory.base, steps: shape.steps, batch: count, positions: shape.positions, columns: shape.features,
      stride: shape.features)
  }
}
