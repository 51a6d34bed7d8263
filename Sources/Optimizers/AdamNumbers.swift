import CKernels
import Tensors

/// The hyperparameters that Adam, AdamW and LAMB share.
struct AdamNumbers {
  /// PyTorch's names of the running means of g and g².
  static let means = ["exp_avg", "exp_avg_sq"]

  let beta1: Double
  let beta2: Double
  let epsilon: Double
  let weightDecay: Double

  /// The kernel's numbers for a part's step.
  func of(_ part: UpdatePart) -> dpt_adam_step {
    dpt_adam_step(
      learningRate: part.learningRate, beta1: beta1, beta2: beta2, correction1: 1 - power(beta1, part.stepCount),
      correction2: 1 - power(beta2, part.stepCount), epsilon: epsilon, weightDecay: part.weightDecay ?? weightDecay)
  }
}
