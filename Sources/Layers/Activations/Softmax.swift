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

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let floats = outputShape.paddedCount(batch: batch)
    return SoftmaxPass(output: plan.activation(floats), gradient: wantsInputGradient ? plan.gradient(floats) : nil)
  }
}

private struct SoftmaxPass: Pass {
  let output: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The softmax of each row.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena[output], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    dpt_softmax(&rows)
    return result
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = gradient.with(base: context.arena[slot], columns: gradient.columns)
    var rows = dpt_row_pass(input: output, gradient: gradient, result: result)
    dpt_softmax_gradient(&rows)
    return result
  }
}
