import CKernels

/// LARS: momentum with a separate learning rate for each parameter, for large batches:
///
///     ρ = τ‖w‖ / (‖g‖ + λ‖w‖);  v ← μv + ηρ(g + λw);  w ← w − v
///
/// You, Gitman & Ginsburg 2017, algorithm 1; τ is the trust coefficient. ρ is 1 if one of the norms is 0, such as that of
/// a bias that starts at zero. For excluded parameters ρ is 1 and λ is 0.
public final class LARS: SlicedOptimizer {
  private let trustCoefficient: Double
  private let momentum: Double
  private let weightDecay: Double
  /// The indices of the segments with plain momentum steps.
  private let excluded: Set<Int>
  /// Sums of squares of the weights and of the gradients.
  private let sums: BlockSums
  /// ρ of each segment in this step.
  private var trust: [Double]

  /// An optimizer for `count` values, padding included. `segments` has the range of each parameter; `excluded` has the
  /// indices of those with plain momentum steps without weight decay.
  /// - Throws: `Failure` (system) if there is not enough memory for the velocity.
  public init(
    count: Int, segments: [Range<Int>], trustCoefficient: Double = 0.001, momentum: Double = 0.9,
    weightDecay: Double = 0, excluded: Set<Int> = []
  ) throws {
    self.trustCoefficient = trustCoefficient
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.excluded = excluded
    sums = BlockSums(segments: segments, vectors: 2)
    trust = segments.map { _ in 1 }
    try super.init(count: count, segments: segments, state: ["momentum_buffer"])
  }

  override func prepare(_ step: UpdateStep, gather: (BlockSums) throws -> Void) rethrows {
    sums.compute(slices, vector: 0, of: step.weights)
    sums.compute(slices, vector: 1, of: step.gradients)
    try gather(sums)
    for (segment, _) in parts where !excluded.contains(segment) {
      let weightDecay = rule(segment).weightDecay ?? weightDecay
      let weightNorm = sums.norm(segment: segment, vector: 0)
      let gradientNorm = sums.norm(segment: segment, vector: 1)
      trust[segment] =
        weightNorm == 0 || gradientNorm == 0
        ? 1 : trustCoefficient * weightNorm / (gradientNorm + weightDecay * weightNorm)
    }
  }

  override func update(_ part: UpdatePart) {
    dpt_lars(
      part.weights, part.gradients, values("momentum_buffer", of: part), part.count,
      part.learningRate * trust[part.segment], momentum,
      excluded.contains(part.segment) ? 0 : part.weightDecay ?? weightDecay)
  }
}
