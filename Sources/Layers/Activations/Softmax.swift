import CKernels
import Tensors

/// Softmax over the features of every step and pixel: y[k] = e^x[k] / Σ e^x[j], with the largest x subtracted first.
///
/// ∂ℓ/∂x = y ⊙ (∂ℓ/∂y − Σ y ⊙ ∂ℓ/∂y). The output has the input's shape. PyTorch's `nn.Softmax` over the features. Do not end
/// a model with it if the loss is cross-entropy, which takes logits.
public final class Softmax: Layer {
  /// The recipe's name.
  public let kind = "softmax"
  /// The input's shape.
  public let outputShape: Shape

  /// A layer for inputs of a shape.
  public init(input: Shape) {
    outputShape = input
  }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    SoftmaxPass(
      &plan, shape: outputShape, batch: batch, wantsInputGradient: wantsInputGradient, function: dpt_softmax,
      derivative: dpt_softmax_gradient)
  }
}
