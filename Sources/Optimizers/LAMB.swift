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
  private let moments: AdamMoments
  private let direction: FloatBuffer

  /// An optimizer for `count` values, padding included; `segments` says where each parameter lies.
  /// - Throws: `Failure` (system) where there is not enough memory for the running means.
  public init(
    count: Int, segments: [Range<Int>], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6,
    weightDecay: Double = 0.01
  ) throws {
    self.segments = segments
    moments = try AdamMoments(count: count, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    direction = try FloatBuffer(count: count)
  }

  /// The running means of g and g².
  public var state: [OptimizerState] { moments.state }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double
  ) {
    stepCount += 1
    var numbers = moments.numbers(step: stepCount, learningRate: learningRate)
    dpt_lamb_direction(
      parameters, gradients, moments.means.base, moments.squares.base, direction.base, direction.count, &numbers)
    for segment in segments {
      let (own, along) = (parameters + segment.lowerBound, direction.base + segment.lowerBound)
      let weightNorm = dpt_sum_of_squares(own, segment.count).squareRoot()
      let stepNorm = dpt_sum_of_squares(along, segment.count).squareRoot()
      let ratio = weightNorm == 0 || stepNorm == 0 ? 1 : weightNorm / stepNorm
      dpt_add_scaled(own, along, segment.count, Float(-learningRate * ratio))
    }
  }
}
