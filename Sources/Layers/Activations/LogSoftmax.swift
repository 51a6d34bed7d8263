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

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let floats = outputShape.paddedCount(batch: batch)
    return LogSoftmaxPass(output: plan.activation(floats), gradient: wantsInputGradient ? plan.gradient(floats) : nil)
  }
}

private struct LogSoftmaxPass: Pass {
  let output: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The logarithms of each row's softmax.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena[output], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    dpt_log_softmax(&rows)
    return result
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = gradient.with(base: context.arena[slot], columns: gradient.columns)
    var rows = dpt_row_pass(input: output, gradient: gradient, result: result)
    dpt_log_softmax_gradient(&rows)
    return result
  }
}
