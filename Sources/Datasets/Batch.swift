import Tensors

/// The memory of one batch of inputs, targets and lengths, allocated once and refilled for every step.
public final class Batch {
  /// The shape of one input.
  public let shape: Shape
  /// The form of the targets.
  public let targetLayout: TargetLayout
  /// The largest number of samples.
  public let capacity: Int
  /// Whether samples have steps of their own, at most those of the shape; the inputs are then a ragged view.
  public let hasLengths: Bool
  /// The current number of samples.
  public private(set) var count = 0
  /// If targets are classes: the class index of each row (`targetRow`).
  public let classes: UnsafeMutablePointer<Int32>
  /// If samples may be mixed: the class index of each row's second sample.
  let partnerClasses: UnsafeMutablePointer<Int32>?
  /// Each sample's own share of its mixture; nil if samples are as they were loaded.
  var ownShare: Float?
  /// The index of each sample in its data set, if a loader has noted it.
  private let indices: UnsafeMutablePointer<Int>
  /// How often the epoch drew each sample before, if a loader has noted it; else 0.
  private let earlierDraws: UnsafeMutablePointer<Int>
  private let inputs: FloatBuffer
  private let values: FloatBuffer
  /// The steps of the longest sample, if samples have steps of their own.
  private var longest = 0
  /// Whether only steps that are there have a target.
  private let areShortened: Bool
  /// Where each sample's rows start, of the inputs and of the targets.
  private let starts, targetStarts: UnsafeMutablePointer<Int32>

  /// Allocates memory for up to `capacity` samples; `isMixed` says whether they may be mixed.
  /// - Throws: `Failure` (system) if there is not enough.
  public init(
    shape: Shape, targets: TargetLayout = .oneClass, hasLengths: Bool = false, isMixed: Bool = false, capacity: Int
  ) throws {
    self.shape = shape
    targetLayout = targets
    self.hasLengths = hasLengths
    areShortened = targets.areOfSteps && targets.steps == shape.steps
    self.capacity = capacity
    inputs = try FloatBuffer(count: capacity * shape.count)
    let rows: Int
    switch targets {
    case .oneClass, .classes:
      rows = capacity * targets.steps
      values = try FloatBuffer(count: 0)
    case .values(let shape):
      rows = 0
      values = try FloatBuffer(count: capacity * shape.count)
    }
    indices = .allocate(capacity: capacity)
    indices.initialize(repeating: 0, count: capacity)
    earlierDraws = .allocate(capacity: capacity)
    earlierDraws.initialize(repeating: 0, count: capacity)
    classes = .allocate(capacity: rows)
    classes.initialize(repeating: 0, count: rows)
    partnerClasses = isMixed ? .allocate(capacity: rows) : nil
    partnerClasses?.initialize(repeating: 0, count: rows)
    starts = .allocate(capacity: capacity + 1)
    starts.initialize(repeating: 0, count: capacity + 1)
    targetStarts = .allocate(capacity: capacity + 1)
    targetStarts.initialize(repeating: 0, count: capacity + 1)
  }

  /// Memory for samples of a data set; `isMixed` says whether they may be mixed.
  /// - Throws: `Failure` (system) if there is not enough.
  public convenience init(for data: any Dataset, isMixed: Bool = false, capacity: Int) throws {
    try self.init(
      shape: data.inputShape, targets: data.targetLayout, hasLengths: data.hasLengths, isMixed: isMixed,
      capacity: capacity)
  }

  deinit {
    indices.deallocate()
    earlierDraws.deallocate()
    classes.deallocate()
    partnerClasses?.deallocate()
    starts.deallocate()
    targetStarts.deallocate()
  }

  /// Sets the number of samples to `count`, with all steps of the shape. The caller then writes all inputs.
  public func resize(count: Int) { resize(count: count) { _ in shape.steps } }

  /// Sets the number of samples to `count`; `length` is the number of steps of that at a place of the batch, if samples have
  /// steps of their own. The caller then writes all inputs.
  ///
  /// If each step of the shape has a target, only steps that are there have one.
  public func resize(count: Int, length: (_ place: Int) -> Int) {
    precondition(count <= capacity, "batch of \(count) samples in memory for \(capacity)")
    self.count = count
    ownShare = nil
    guard hasLengths else { return }
    longest = 0
    for place in 0..<count {
      let steps = length(place)
      longest = max(longest, steps)
      starts[place + 1] = starts[place] + Int32(steps)
      targetStarts[place + 1] = targetStarts[place] + Int32(areShortened ? steps : targetLayout.steps)
    }
  }

  /// Sets the number of samples to `count`, with all steps of the shape, and their inputs to zero.
  public func clear(count: Int) { clear(count: count) { _ in shape.steps } }

  /// Sets the number of samples to `count` as `resize` does, and their inputs to zero.
  public func clear(count: Int, length: (_ place: Int) -> Int) {
    resize(count: count, length: length)
    inputs.base.update(repeating: 0, count: view.rows * shape.features)
  }

  /// The indices of the samples in their data set, as they were noted.
  package var samples: UnsafeBufferPointer<Int> { UnsafeBufferPointer(start: indices, count: count) }

  /// Notes the indices of the samples.
  package func note(samples: UnsafeBufferPointer<Int>) {
    for (place, sample) in samples.enumerated() { indices[place] = sample }
  }

  /// Notes how often the epoch drew each sample before. It is called before the samples are loaded.
  func note(earlierDraws draws: UnsafeBufferPointer<Int>) {
    for (place, earlier) in draws.enumerated() { earlierDraws[place] = earlier }
  }

  /// The number by which random transforms know the sample at a place: its index in the data set, and another one each time
  /// that an epoch draws it again.
  package func randomIndex(of sample: Int, at place: Int) -> Int { sample | earlierDraws[place] << 32 }

  /// The number of a sample's steps.
  public func steps(ofSample sample: Int) -> Int { view.steps(ofSample: sample) }

  /// The share of the shape's steps that the samples have.
  public var shareOfSteps: Double {
    hasLengths && count > 0 ? Double(view.rows) / Double(count * shape.steps) : 1
  }

  /// The row of a target in `classes`: by step, then by sample; if samples have steps of their own, sample after sample.
  public func targetRow(step: Int, sample: Int) -> Int {
    hasLengths ? Int(targetStarts[sample]) + step : step * count + sample
  }

  /// The number of a sample's targets.
  public func targetSteps(ofSample sample: Int) -> Int {
    hasLengths ? Int(targetStarts[sample + 1] - targetStarts[sample]) : targetLayout.steps
  }

  /// The targets in the order of their rows, for the data set to write.
  public var targets: Targets {
    switch targetLayout {
    case .oneClass, .classes:
      if let ownShare, let partnerClasses {
        .mixedClasses(UnsafePointer(classes), UnsafePointer(partnerClasses), share: ownShare)
      } else {
        .classes(UnsafePointer(classes), starts: hasLengths ? UnsafePointer(targetStarts) : nil)
      }
    case .values(let shape):
      .values(
        view(
          shape, of: values, starts: shape.isSequence ? targetStarts : nil,
          longest: areShortened ? longest : shape.steps))
    }
  }

  /// The inputs: sequences are time-major, or ragged if samples have steps of their own.
  public var view: TensorView { view(shape, of: inputs, starts: starts, longest: longest) }

  private func view(
    _ shape: Shape, of memory: FloatBuffer, starts: UnsafeMutablePointer<Int32>?, longest: Int
  ) -> TensorView {
    if hasLengths, let starts {
      return TensorView(
        base: Values(memory.base), starts: UnsafePointer(starts), steps: longest, batch: count, columns: shape.features,
        stride: shape.features)
    }
    return TensorView(
      base: memory.base, steps: shape.steps, batch: count, positions: shape.positions, columns: shape.features,
      stride: shape.features)
  }
}
