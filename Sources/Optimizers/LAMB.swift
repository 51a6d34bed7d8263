import CKernels
import Tensors

/// LAMB: Adam's direction for each parameter, scaled to the parameter's own norm, for large batches:
///
///     m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ)
///     r = m̂ / (√v̂ + ε) + λw;  w ← w − η · ‖w‖/‖r‖ · r
///
/// You et al. 2020, algorithm 2 with φ(z) = z. The ratio is 1 where one of the norms is 0, as at a bias that starts
/// from zero. Of excluded parameters the ratio is 1 and λ is 0.
public final class LAMB: Optimizer {
  /// The steps made so far.
  public var stepCount = 0
  private let segments: [Range<Int>]
  /// The numbers of the segments that take Adam's steps.
  private let excluded: Set<Int>
  private var moments: AdamMoments
  /// The parameters that the slices have a part of.
  private var keptSegments: [(segment: Int, parts: Slices)]
  private var direction: FloatBuffer
  /// Of the weights, then of the directions.
  private let sums: BlockSums

  /// An optimizer for `count` values, padding included; `segments` says where each parameter lies, and `excluded` which of
  /// them, by their numbers, take Adam's steps, without weight decay.
  /// - Throws: `Failure` (system) where there is not enough memory for the running means.
  public init(
    count: Int, segments: [Range<Int>], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6,
    weightDecay: Double = 0.01, excluded: Set<Int> = []
  ) throws {
    self.segments = segments
    self.excluded = excluded
    sums = BlockSums(segments: segments, vectors: 2)
    moments = try AdamMoments(count: count, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    keptSegments = moments.slices.divided(by: segments)
    direction = try FloatBuffer(count: count)
  }

  /// The running means of g and g².
  public var state: [OptimizerState] { moments.state }

  /// Keeps to some slices from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slices: [Range<Int>]) throws {
    try moments.restrict(to: slices)
    keptSegments = moments.slices.divided(by: segments)
    direction = try FloatBuffer(count: moments.slices.count)
  }

  /// The values that a step changes.
  public var slices: [Range<Int>] { moments.slices.ranges }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    stepCount += 1
    var numbers = moments.numbers(step: stepCount, learningRate: learningRate)
    let (means, squares) = (moments.means, moments.squares)
    for (segment, parts) in keptSegments {
      numbers.weightDecay = excluded.contains(segment) ? 0 : moments.weightDecay
      for (range, offset) in parts {
        dpt_lamb_direction(
          parameters + range.lowerBound, gradients + range.lowerBound, means.base + offset, squares.base + offset,
          direction.base + offset, range.count, &numbers)
      }
    }
    sums.compute(slices, vector: 0, of: parameters)
    sums.compute(slices, vector: 1, ofJoined: direction.base)
    try gather(sums)
    for (segment, parts) in keptSegments {
      let weightNorm = sums.norm(segment: segment, vector: 0)
      let stepNorm = sums.norm(segment: segment, vector: 1)
      let isPlain = excluded.contains(segment) || weightNorm == 0 || stepNorm == 0
      let factor = Float(-learningRate * (isPlain ? 1 : weightNorm / stepNorm))
      for (range, offset) in parts {
        dpt_add_scaled(parameters + range.lowerBound, direction.base + offset, range.count, factor)
      }
    }
  }
}
