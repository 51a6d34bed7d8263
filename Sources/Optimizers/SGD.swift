import CKernels

/// Stochastic gradient descent as PyTorch's `torch.optim.SGD` (dampening 0):
///
///     g ← g + λw;  v ← g at the first step, μv + g later;  g ← g + μv with Nesterov, else v;  w ← w − ηg
///
/// Sutskever, Martens, Dahl & Hinton 2013 for both kinds of momentum.
public final class SGD: SlicedOptimizer {
  private let momentum: Double
  private let nesterov: Bool
  private let weightDecay: Double

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) if there is not enough memory for the velocity.
  public init(count: Int, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) throws {
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    try super.init(count: count, state: momentum == 0 ? [] : ["momentum_buffer"])
  }

  override func update(_ part: UpdatePart) {
    var numbers = dpt_sgd_step(
      learningRate: part.learningRate, momentum: momentum, weightDecay: part.weightDecay ?? weightDecay,
      nesterov: nesterov, first: part.stepCount == 1)
    dpt_sgd(part.weights, part.gradients, values("momentum_buffer", of: part), part.count, &numbers)
  }
}
