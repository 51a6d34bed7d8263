import CKernels
import Tensors

/// Adam as PyTorch's `torch.optim.Adam` (no AMSGrad):
///
///     g ← g + λw;  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²
///     w ← w − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
///
/// Kingma & Ba 2015.
public final class Adam: Optimizer {
  /// The steps made so far.
  public var stepCount = 0
  private var moments: AdamMoments

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) where there is not enough memory for the running means.
  public init(
    count: Int, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) throws {
    moments = try AdamMoments(count: count, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
  }

  /// The running means of g and g².
  public var state: [OptimizerState] { moments.state }

  /// Keeps to some slices from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slices: [Range<Int>]) throws { try moments.restrict(to: slices) }

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
    for (range, offset) in moments.slices {
      let start = range.lowerBound
      dpt_adam(
        parameters + start, gradients + start, means.base + offset, squares.base + offset, range.count, &numbers, false)
    }
  }
}
