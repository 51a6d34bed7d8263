import CKernels
import Tensors

/// Softmax over the features: y[k] = e^x[k] / Σ e^x[j], the largest x subtracted first; for every step and pixel.
///
/// ∂ℓ/∂x = y ⊙ (∂ℓ/∂y − Σ y ⊙ ∂ℓ/∂y). The output has the input's shape. PyTorch's `nn.Softmax` over the features. Not for
/// the end of a model with cross-entropy, which takes logits.
public final class Softmax: Layer {
  /// The recipe's name.
  public let kind = "softmax"
  /// The input's shape.
  public let outputShape: Shape
  private var memory: (output: ArenaPlan.Slot, gradient: ArenaPlan.Slot?)?
  private var output: TensorView?

  /// A layer for inputs of a shape.
  public init(input: Shape) {
    outputShape = input
  }

  /// Each step by itself.
  public var lengthRule: LengthRule { .kept }

  /// Reserves the outputs, and the input's gradient where it is wanted.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let floats = outputShape.paddedCount(batch: batch)
    memory = (plan.activation(floats), wantsInputGradient ? plan.gradient(floats) : nil)
  }

  /// The shares of each row.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    let output = input.with(base: context.arena[memory.output], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: output)
    dpt_softmax(&rows)
    self.output = output
    return output
  }

  /// The gradient of the input.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let memory, let output else { preconditionFailure("backward before forward") }
    guard let slot = memory.gradient else { return nil }
    let result = gradient.with(base: context.arena[slot], columns: gradient.columns)
    var rows = dpt_row_pass(input: output, gradient: gradient, result: result)
    dpt_softmax_gradient(&rows)
    return result
  }
}
