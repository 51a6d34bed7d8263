import CKernels
import Tensors

/// A layer that applies one function to every value: what ReLU, tanh and the others share.
///
/// Vectors, sequences and images alike; the output has the input's shape. No parameters.
public class Activation: Layer {
  /// What the derivative is computed from.
  enum Operand {
    case input, output
  }

  /// The recipe's name.
  public let kind: String
  /// The input's shape.
  public let outputShape: Shape
  private let function: dpt_activation_kind
  /// What the function has besides its argument, such as a slope.
  package let parameter: Float
  private let operand: Operand
  private var memory: (output: ArenaPlan.Slot, gradient: ArenaPlan.Slot?)?
  private var kept: TensorView?

  init(
    kind: String, input: Shape, function: dpt_activation_kind, parameter: Float = 0, derivativeFrom operand: Operand
  ) {
    self.kind = kind
    outputShape = input
    self.function = function
    self.parameter = parameter
    self.operand = operand
  }

  /// Each step by itself.
  public var lengthRule: LengthRule { .kept }

  /// Reserves the outputs, and the input's gradient where it is wanted.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let floats = outputShape.paddedCount(batch: batch)
    memory = (plan.activation(floats), wantsInputGradient ? plan.gradient(floats) : nil)
  }

  /// y = f(x).
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    let output = input.with(base: context.arena[memory.output], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: output)
    dpt_activation(function, parameter, &rows)
    kept = operand == .input ? input : output
    return output
  }

  /// ∂ℓ/∂x = ∂ℓ/∂y ⊙ f′.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let memory, let kept else { preconditionFailure("backward before forward") }
    guard let slot = memory.gradient else { return nil }
    let result = gradient.with(base: context.arena[slot], columns: gradient.columns)
    var rows = dpt_row_pass(input: kept, gradient: gradient, result: result)
    dpt_activation_gradient(function, parameter, &rows)
    return result
  }
}
