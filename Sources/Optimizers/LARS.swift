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
  private let velocity: FloatBuffer

  /// An optimizer for `count` values, padding included; `segments` says where each parameter lies.
  /// - Throws: `Failure` (system) where there is not enough memory for the velocity.
  public init(
    count: Int, segments: [Range<Int>], trustCoefficient: Double = 0.001, momentum: Double = 0.9,
    weightDecay: Double = 0
  ) throws {
    self.segments = segments
    self.trustCoefficient = trustCoefficient
    self.momentum = momentum
    self.weightDecay = weightDecay
    velocity = try FloatBuffer(count: count)
  }

  /// The velocity.
  public var state: [OptimizerState] { [OptimizerState(name: "momentum_buffer", values: velocity)] }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double
  ) {
    for segment in segments {
      let (own, gradient) = (parameters + segment.lowerBound, gradients + segment.lowerBound)
      let weightNorm = dpt_sum_of_squares(own, segment.count).squareRoot()
      let gradientNorm = dpt_sum_of_squares(gradient, segment.count).squareRoot()
      let trust =
        weightNorm == 0 || gradientNorm == 0
        ? 1 : trustCoefficient * weightNorm / (gradientNorm + weightDecay * weightNorm)
      dpt_lars(
        own, gradient, velocity.base + segment.lowerBound, segment.count, learningRate * trust, momentum, weightDecay)
    }
    stepCount += 1
  }
}
