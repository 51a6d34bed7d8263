import CKernels
import Tensors

/// LARS: momentum with a learning rate of its own for each parameter, for large batches:
///
///     ρ = τ‖w‖ / (‖g‖ + λ‖w‖);  v ← μv + ηρ(g + λw);  w ← w − v
///
/// You, Gitman & Ginsburg 2017, algorithm 1; τ is the trust coefficient. ρ is 1 where one of the norms is 0, as at a
/// bias that starts from zero. Of excluded parameters ρ is 1 and λ is 0.
public final class LARS: Optimizer {
  /// The steps made so far.
  public var stepCount = 0
  private let segments: [Range<Int>]
  private let trustCoefficient: Double
  private let momentum: Double
  private let weightDecay: Double
  /// The numbers of the segments that take plain steps of momentum.
  private let excluded: Set<Int>
  private var kept: Slices
  /// The parameters that the slices have a part of.
  private var keptSegments: [(segment: Int, parts: Slices)]
  private var velocity: FloatBuffer
  /// Of the weights, then of the gradients.
  private let sums: BlockSums

  /// An optimizer for `count` values, padding included; `segments` says where each parameter lies, and `excluded` which of
  /// them, by their numbers, take plain steps of momentum, without weight decay.
  /// - Throws: `Failure` (system) where there is not enough memory for the velocity.
  public init(
    count: Int, segments: [Range<Int>], trustCoefficient: Double = 0.001, momentum: Double = 0.9,
    weightDecay: Double = 0, excluded: Set<Int> = []
  ) throws {
    self.segments = segments
    self.excluded = excluded
    self.trustCoefficient = trustCoefficient
    self.momentum = momentum
    kept = Slices(ofAll: count)
    keptSegments = kept.divided(by: segments)
    sums = BlockSums(segments: segments, vectors: 2)
    self.weightDecay = weightDecay
    velocity = try FloatBuffer(count: count)
  }

  /// The velocity.
  public var state: [OptimizerState] { [OptimizerState(name: "momentum_buffer", values: velocity)] }

  /// The values that a step changes.
  public var slices: [Range<Int>] { kept.ranges }

  /// Keeps to some slices from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slices: [Range<Int>]) throws {
    let slices = kept.restricted(to: slices)
    velocity = try slices.copy(velocity, of: kept)
    kept = slices
    keptSegments = kept.divided(by: segments)
  }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    sums.compute(slices, vector: 0, of: parameters)
    sums.compute(slices, vector: 1, of: gradients)
    try gather(sums)
    for (segment, parts) in keptSegments {
      let weightNorm = sums.norm(segment: segment, vector: 0)
      let gradientNorm = sums.norm(segment: segment, vector: 1)
      let isExcluded = excluded.contains(segment)
      let decay = isExcluded ? 0 : weightDecay
      let trust =
        isExcluded || weightNorm == 0 || gradientNorm == 0
        ? 1 : trustCoefficient * weightNorm / (gradientNorm + decay * weightNorm)
      for (range, offset) in parts {
        dpt_lars(
          parameters + range.lowerBound, gradients + range.lowerBound, velocity.base + offset, range.count,
          learningRate * trust, momentum, decay)
      }
    }
    stepCount += 1
  }
}
