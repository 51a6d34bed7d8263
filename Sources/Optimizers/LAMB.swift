import CKernels
import Tensors

/// LAMB: Adam's direction for each parameter, scaled to the parameter's own norm, for large batches:
///
///     m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ)
///     r = m̂ / (√v̂ + ε) + λw;  w ← w − η · ‖w‖/‖r‖ · r
///
/// You et al. 2020, algorithm 2 with φ(z) = z. The ratio is 1 where one of the norms is 0, as at a bias that starts
/// from zero.
public final class LAMB: Optimizer {
  /// The steps made so far.
  public var stepCount = 0
  private let segments: [Range<Int>]
  private var moments: AdamMoments
  private var direction: FloatBuffer
  /// Of the weights, then of the directions.
  private let sums: BlockSums

  /// An optimizer for `count` values, padding included; `segments` says where each parameter lies.
  /// - Throws: `Failure` (system) where there is not enough memory for the running means.
  public init(
    count: Int, segments: [Range<Int>], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6,
    weightDecay: Double = 0.01
  ) throws {
    self.segments = segments
    sums = BlockSums(segments: segments, vectors: 2)
    moments = try AdamMoments(count: count, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    direction = try FloatBuffer(count: count)
  }

  /// The running means of g and g².
  public var state: [OptimizerState] { moments.state }

  /// Keeps to a slice from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slice: Range<Int>) throws {
    direction = try direction.restricted(from: moments.slice, to: slice)
    try moments.restrict(to: slice)
  }

  /// The values that a step changes.
  public var slice: Range<Int> { moments.slice }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    stepCount += 1
    var numbers = moments.numbers(step: stepCount, learningRate: learningRate)
    let start = slice.lowerBound
    dpt_lamb_direction(
      parameters + start, gradients + start, moments.means.base, moments.squares.base, direction.base, direction.count,
      &numbers)
    sums.compute(slice, vector: 0, of: parameters + start)
    sums.compute(slice, vector: 1, of: direction.base)
    try gather(sums)
    for index in segments.indices where segments[index].overlaps(slice) {
      let part = segments[index].clamped(to: slice)
      let weightNorm = sums.norm(segment: index, vector: 0)
      let stepNorm = sums.norm(segment: index, vector: 1)
      let ratio = weightNorm == 0 || stepNorm == 0 ? 1 : weightNorm / stepNorm
      dpt_add_scaled(
        parameters + part.lowerBound, direction.base + (part.lowerBound - start), part.count,
        Float(-learningRate * ratio))
    }
  }
}
