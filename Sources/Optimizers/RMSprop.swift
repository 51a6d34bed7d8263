import CKernels

/// RMSprop as PyTorch's `torch.optim.RMSprop`:
///
///     g ← g + λw;  v ← αv + (1 − α)g²;  d ← √v + ε
///     centered:  m ← αm + (1 − α)g;  d ← √(v − m²) + ε   (Graves 2013)
///     b ← μb + g / d;  w ← w − ηb
///
/// Tieleman & Hinton 2012, lecture 6.5. If rounding makes v − m² negative, it counts as zero.
public final class RMSprop: SlicedOptimizer {
  private let alpha: Double
  private let epsilon: Double
  private let weightDecay: Double
  private let momentum: Double

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) if there is not enough memory for the running means.
  public init(
    count: Int, alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0,
    centered: Bool = false
  ) throws {
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.momentum = momentum
    try super.init(
      count: count,
      state: ["square_avg"] + (centered ? ["grad_avg"] : []) + (momentum == 0 ? [] : ["momentum_buffer"]))
  }

  override func update(_ part: UpdatePart) {
    var numbers = dpt_rmsprop_step(
      learningRate: part.learningRate, alpha: alpha, epsilon: epsilon, weightDecay: part.weightDecay ?? weightDecay,
      momentum: momentum)
    dpt_rmsprop(
      part.weights, part.gradients, values("square_avg", of: part), values("grad_avg", of: part),
      values("momentum_buffer", of: part), part.count, &numbers)
  }
}
