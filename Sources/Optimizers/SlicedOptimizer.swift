import Tensors

/// The base class of optimizers: slices, state, step count and the loop over the slices. A subclass names the vectors of
/// its state and updates a part.
public class SlicedOptimizer: Optimizer {
  /// The number of steps made so far; during a step, its own number, from 1.
  public final var stepCount = 0
  /// The vectors of the state.
  public private(set) final var state: [OptimizerState]
  private var segments: [Range<Int>]
  /// The rule of each segment; empty if there are none.
  private var rules: [UpdateRule] = []
  private var kept: Slices
  /// The segments that overlap the slices, with their parts in the slices.
  private(set) final var parts: [(segment: Int, slices: Slices)]

  /// An optimizer for `count` values, with state vectors of these names, initially zero. An update's part never crosses the
  /// end of a segment: `segments` has the parameters' ranges if updates differ between parameters; nil is one segment.
  /// - Throws: `Failure` (system) if there is not enough memory for the state.
  init(count: Int, segments: [Range<Int>]? = nil, state names: [String]) throws {
    self.segments = segments ?? [0..<count]
    state = try names.map { OptimizerState(name: $0, values: try FloatBuffer(count: count)) }
    kept = Slices(ofAll: count)
    parts = kept.divided(by: self.segments)
  }

  /// The ranges of values that a step changes.
  public final var slices: [Range<Int>] { kept.ranges }

  /// Restricts updates and state to some slices.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func restrict(to slices: [Range<Int>]) throws {
    let (former, slices) = (kept, kept.restricted(to: slices))
    state = try state.map { OptimizerState(name: $0.name, values: try slices.copy($0.values, of: former)) }
    kept = slices
    parts = kept.divided(by: segments)
  }

  /// Has each parameter follow its own rule; `segments` has their ranges. Call it before the first step.
  public final func apply(_ rules: [UpdateRule], segments: [Range<Int>]) {
    precondition(rules.count == segments.count, "each parameter has a rule")
    self.rules = rules
    self.segments = segments
    parts = kept.divided(by: segments)
  }

  /// The rule of a segment.
  final func rule(_ segment: Int) -> UpdateRule { rules.isEmpty ? UpdateRule() : rules[segment] }

  /// Makes one update of the slices.
  public final func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    stepCount += 1
    let step = UpdateStep(weights: parameters, gradients: gradients, learningRate: learningRate)
    try prepare(step, gather: gather)
    forEachPart(of: step) { update($0) }
  }

  /// Prepares an update that needs values of whole segments, such as norms. The default does nothing.
  func prepare(_ step: UpdateStep, gather: (BlockSums) throws -> Void) rethrows {}

  /// Changes the weights and the state of a part.
  func update(_ part: UpdatePart) {
    preconditionFailure("an optimizer updates parts")
  }

  /// Calls `body` for each part of a slice in a segment that learns.
  final func forEachPart(of step: UpdateStep, _ body: (UpdatePart) -> Void) {
    for (segment, slices) in parts {
      let rule = rule(segment)
      guard stepCount > rule.start else { continue }
      for (range, offset) in slices {
        body(
          UpdatePart(
            weights: step.weights + range.lowerBound, gradients: step.gradients + range.lowerBound, count: range.count,
            offset: offset, segment: segment, learningRate: step.learningRate * rule.rateFactor,
            weightDecay: rule.weightDecay, stepCount: stepCount - rule.start))
      }
    }
  }

  /// A part's values in a vector of the state; nil if the state has no vector of that name.
  final func values(_ name: String, of part: UpdatePart) -> UnsafeMutablePointer<Float>? {
    for vector in state where vector.name == name { return vector.values.base + part.offset }
    return nil
  }
}

/// The vectors of a step; pointers to the first values of the whole vectors.
struct UpdateStep {
  let weights: UnsafeMutablePointer<Float>
  let gradients: UnsafePointer<Float>
  let learningRate: Double
}

/// A contiguous range of values in one segment.
struct UpdatePart {
  let weights: UnsafeMutablePointer<Float>
  let gradients: UnsafePointer<Float>
  let count: Int
  /// The part's start in each vector of the state.
  let offset: Int
  let segment: Int
  let learningRate: Double
  /// The weight decay; nil for the optimizer's.
  let weightDecay: Double?
  /// The number of the parameter's steps, this one included.
  let stepCount: Int
}
