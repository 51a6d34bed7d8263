import CKernels

/// Adam as PyTorch's `torch.optim.Adam` (no AMSGrad):
///
///     g ← g + λw;  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²
///     w ← w − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
///
/// Kingma & Ba 2015.
public class Adam: SlicedOptimizer {
  private let numbers: AdamNumbers
  private let decay: WeightDecay

  /// Whether weight decay is added to the gradients (coupled) or to the step (decoupled).
  enum WeightDecay {
    case coupled, decoupled
  }

  init(count: Int, _ numbers: AdamNumbers, _ decay: WeightDecay) throws {
    self.numbers = numbers
    self.decay = decay
    try super.init(count: count, state: AdamNumbers.means)
  }

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) if there is not enough memory for the running means.
  public convenience init(
    count: Int, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) throws {
    try self.init(
      count: count, AdamNumbers(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay), .coupled)
  }

  override final func update(_ part: UpdatePart) {
    var numbers = numbers.of(part)
    dpt_adam(
      part.weights, part.gradients, values("exp_avg", of: part), values("exp_avg_sq", of: part), part.count, &numbers,
      decay == .decoupled)
  }
}

/// AdamW as PyTorch's `torch.optim.AdamW` (no AMSGrad): Adam with weight decay outside the running means:
///
///     w ← (1 − ηλ)w;  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²
///     w ← w − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
///
/// Loshchilov & Hutter 2019.
public final class AdamW: Adam {
  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) if there is not enough memory for the running means.
  public init(
    count: Int, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01
  ) throws {
    try super.init(
      count: count, AdamNumbers(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay), .decoupled)
  }
}
