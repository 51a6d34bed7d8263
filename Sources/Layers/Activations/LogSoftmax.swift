import CKernels
import Tensors

/// The logarithm of softmax over the features of every step and pixel: y[k] = x[k] − log Σ e^x[j], with the largest x
/// subtracted first.
///
/// ∂ℓ/∂x = ∂ℓ/∂y − e^y Σ ∂ℓ/∂y. The output has the input's shape. PyTorch's `nn.LogSoftmax` over the features. The loss
/// cross-entropy does the same by itself.
public final class LogSoftmax: Layer {
  /// The recipe's name.
  public let kind = "log-softmax"
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
      &plan, shape: outputShape, batch: batch, wantsInputGradient: wantsInputGradient, function: dpt_log_softmax,
      derivative: dpt_log_softmax_gradient)
  }
}
