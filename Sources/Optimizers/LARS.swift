import CKernels
import Tensors

/// LARS: momentum with a learning rate of its own for each parameter, for large batches:
///
///     ρ = τ‖w‖ / (‖g‖ + λ‖w‖);  v ← μv + ηρ(g + λw);  w ← w − v
///
/// You, Gitman & Ginsburg 2017, algorithm 1; τ is the trust coefficient. ρ is 1 where one of the norms is 0, as at a
/// bias that starts from zero.
public final class LARS: Optimizer {
  /// The steps made so far.
  public var stepCount = 0
  private let segments: [Range<Int>]
  private let trustCoefficient: Double
  private let momentum: Double
  private let weightDecay: Double
  /// The values that a step changes.
  public private(set) var slice: Range<Int>
  private var velocity: FloatBuffer
  /// Of the weights, then of the gradients.
  private let sums: BlockSums

  /// An optimizer for `count` values, padding included; `segments` says where each parameter lies.
  /// - Throws: `Failure` (system) where there is not enough memory for the velocity.
  public init(
    count: Int, segments: [Range<Int>], trustCoefficient: Double = 0.001, momentum: Double = 0.9,
    weightDecay: Double = 0
  ) throws {
    self.segments = segments
    self.trustCoefficient = trustCoefficient
    self.momentum = momentum
    slice = 0..<count
    sums = BlockSums(segments: segments, vectors: 2)
    self.weightDecay = weightDecay
    velocity = try FloatBuffer(count: count)
  }

  /// The velocity.
  public var state: [OptimizerState] { [OptimizerState(name: "momentum_buffer", values: velocity)] }

  /// Keeps to a slice from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slice: Range<Int>) throws {
    velocity = try velocity.restricted(from: self.slice, to: slice)
    self.slice = slice
  }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    sums.compute(slice, vector: 0, of: parameters + slice.lowerBound)
    sums.compute(slice, vector: 1, of: gradients + slice.lowerBound)
    try gather(sums)
    for index in segments.indices where segments[index].overlaps(slice) {
      let part = segments[index].clamped(to: slice)
      let weightNorm = sums.norm(segment: index, vector: 0)
      let gradientNorm = sums.norm(segment: index, vector: 1)
      let trust =
        weightNorm == 0 || gradientNorm == 0
        ? 1 : trustCoefficient * weightNorm / (gradientNorm + weightDecay * weightNorm)
      dpt_lars(
        parameters + part.lowerBound, gradients + part.lowerBound, velocity.base + (part.lowerBound - slice.lowerBound),
        part.count, learningRate * trust, momentum, weightDecay)
    }
    stepCount += 1
  }
}
