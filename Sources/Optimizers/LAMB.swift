import CKernels
import Tensors

/// LAMB: Adam's direction for each parameter, scaled to the parameter's own norm, for large batches:
///
///     m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ)
///     r = m̂ / (√v̂ + ε) + λw;  w ← w − η · ‖w‖/‖r‖ · r
///
/// You et al. 2020, algorithm 2 with φ(z) = z. The ratio is 1 if one of the norms is 0, such as that of a bias that starts
/// at zero. For excluded parameters the ratio is 1 and λ is 0.
public final class LAMB: SlicedOptimizer {
  private let numbers: AdamNumbers
  /// The indices of the segments with plain Adam steps.
  private let excluded: Set<Int>
  /// r, for the slices' values.
  private var direction: FloatBuffer
  /// Sums of squares of the weights and of the directions.
  private let sums: BlockSums
  /// Each segment's factor of r in this step.
  private var factors: [Float]

  /// An optimizer for `count` values, padding included. `segments` has the range of each parameter; `excluded` has the
  /// indices of those with plain Adam steps without weight decay.
  /// - Throws: `Failure` (system) if there is not enough memory for the running means.
  public init(
    count: Int, segments: [Range<Int>], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6,
    weightDecay: Double = 0.01, excluded: Set<Int> = []
  ) throws {
    numbers = AdamNumbers(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    self.excluded = excluded
    direction = try FloatBuffer(count: count)
    sums = BlockSums(segments: segments, vectors: 2)
    factors = segments.map { _ in 0 }
    try super.init(count: count, segments: segments, state: AdamNumbers.means)
  }

  /// Restricts updates and state to some slices.
  /// - Throws: `Failure` (system) if there is not enough memory.
  override public func restrict(to slices: [Range<Int>]) throws {
    try super.restrict(to: slices)
    direction = try FloatBuffer(count: slices.reduce(0) { $0 + $1.count })
  }

  override func prepare(_ step: UpdateStep, gather: (BlockSums) throws -> Void) rethrows {
    forEachPart(of: step) { part in
      var numbers = numbers.of(part)
      if excluded.contains(part.segment) { numbers.weightDecay = 0 }
      dpt_lamb_direction(
        part.weights, part.gradients, values("exp_avg", of: part), values("exp_avg_sq", of: part),
        direction.base + part.offset, part.count, &numbers)
    }
    sums.compute(slices, vector: 0, of: step.weights)
    sums.compute(slices, vector: 1, ofJoined: direction.base)
    try gather(sums)
    for (segment, _) in parts {
      let weightNorm = sums.norm(segment: segment, vector: 0)
      let stepNorm = sums.norm(segment: segment, vector: 1)
      let isPlain = excluded.contains(segment) || weightNorm == 0 || stepNorm == 0
      factors[segment] = Float(-step.learningRate * rule(segment).rateFactor * (isPlain ? 1 : weightNorm / stepNorm))
    }
  }

  override func update(_ part: UpdatePart) {
    dpt_add_scaled(part.weights, direction.base + part.offset, part.count, factors[part.segment])
  }
}
