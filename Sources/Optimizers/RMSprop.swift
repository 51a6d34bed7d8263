import CKernels
import Tensors

/// RMSprop as PyTorch's `torch.optim.RMSprop` (not centered, no momentum):
///
///     g ← g + λw;  v ← αv + (1 − α)g²;  w ← w − ηg / (√v + ε)
///
/// Tieleman & Hinton 2012, lecture 6.5.
public final class RMSprop: Optimizer {
  private let alpha: Double
  private let epsilon: Double
  private let weightDecay: Double
  private let squares: FloatBuffer

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) where there is not enough memory for the squares.
  public init(count: Int, alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0) throws {
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    squares = try FloatBuffer(count: count)
  }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, count: Int, learningRate: Double
  ) {
    dpt_rmsprop(parameters, gradients, squares.base, count, learningRate, alpha, epsilon, weightDecay)
  }
}
