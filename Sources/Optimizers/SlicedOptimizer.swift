import Tensors

/// What all optimizers here share: the slices that they change, their state, the count of steps, and the loop over the
/// slices. A subclass names the vectors of its state and updates a part.
public class SlicedOptimizer: Optimizer {
  /// The steps made so far; within a step its own number, from 1.
  public final var stepCount = 0
  /// The vectors of the state.
  public private(set) final var state: [OptimizerState]
  private let segments: [Range<Int>]
  private var kept: Slices
  /// The segments that the slices have a part of.
  private(set) final var parts: [(segment: Int, slices: Slices)]

  /// An optimizer for `count` values, whose state are vectors of these names, zero at first. An update never goes across
  /// the `segments`' ends: the parameters if they differ in what an update does, else one segment of all values.
  /// - Throws: `Failure` (system) if there is not enough memory for the state.
  init(count: Int, segments: [Range<Int>]? = nil, state names: [String]) throws {
    self.segments = segments ?? [0..<count]
    state = try names.map { OptimizerState(name: $0, values: try FloatBuffer(count: count)) }
    kept = Slices(ofAll: count)
    parts = kept.divided(by: self.segments)
  }

  /// The values that a step changes.
  public final var slices: [Range<Int>] { kept.ranges }

  /// Keeps to some slices from now on.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func restrict(to slices: [Range<Int>]) throws {
    let (former, slices) = (kept, kept.restricted(to: slices))
    state = try state.map { OptimizerState(name: $0.name, values: try slices.copy($0.values, of: former)) }
    kept = slices
    parts = kept.divided(by: segments)
  }

  /// One update.
  public final func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    stepCount += 1
    let step = UpdateStep(weights: parameters, gradients: gradients, learningRate: learningRate)
    try prepare(step, gather: gather)
    forEachPart(of: step) { update($0) }
  }

  /// Computes what an update needs of whole segments, such as norms; nothing unless overridden.
  func prepare(_ step: UpdateStep, gather: (BlockSums) throws -> Void) rethrows {}

  /// Changes the weights and the state of a part.
  func update(_ part: UpdatePart) {
    preconditionFailure("an optimizer updates parts")
  }

  /// Calls `body` for each slice, or for each part of it if segments divide it.
  final func forEachPart(of step: UpdateStep, _ body: (UpdatePart) -> Void) {
    for (segment, slices) in parts {
      for (range, offset) in slices {
        body(
          UpdatePart(
            weights: step.weights + range.lowerBound, gradients: step.gradients + range.lowerBound, count: range.count,
            offset: offset, segment: segment, learningRate: step.learningRate))
      }
    }
  }

  /// A part's values of a vector of the state, or nil if the state has none of that name.
  final func values(_ name: String, of part: UpdatePart) -> UnsafeMutablePointer<Float>? {
    for vector in state where vector.name == name { return vector.values.base + part.offset }
    return nil
  }
}

/// What a step changes, and by what: the first value of the whole vectors.
struct UpdateStep {
  let weights: UnsafeMutablePointer<Float>
  let gradients: UnsafePointer<Float>
  let learningRate: Double
}

/// Values of one segment that lie side by side.
struct UpdatePart {
  let weights: UnsafeMutablePointer<Float>
  let gradients: UnsafePointer<Float>
  let count: Int
  /// Where they start in each vector of the state.
  let offset: Int
  let segment: Int
  let learningRate: Double
}
