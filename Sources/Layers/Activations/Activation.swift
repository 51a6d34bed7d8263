import CKernels
import Tensors

/// The base class of ReLU, tanh and other layers that apply one function to every value.
///
/// Any input shape; the output has the same. No parameters.
public class Activation: Layer, PlacedLayer {
  /// Whether the derivative is computed from the input or the output.
  enum Operand {
    case input, output
  }

  /// The recipe's name.
  public let kind: String
  /// The input's shape.
  public let outputShape: Shape
  fileprivate let function: dpt_activation_kind
  /// The function's parameter, such as a slope.
  package let parameter: Float
  /// Its second parameter, such as a threshold.
  package let second: Float
  fileprivate let operand: Operand

  init(
    kind: String, input: Shape, function: dpt_activation_kind, parameter: Float = 0, second: Float = 0,
    derivativeFrom operand: Operand
  ) {
    self.kind = kind
    outputShape = input
    self.function = function
    self.parameter = parameter
    self.second = second
    self.operand = operand
  }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass {
    ActivationPass(
      layer: self, output: output ?? OutputRows(&plan, shape: outputShape, batch: batch),
      gradient: wantsInputGradient ? plan.gradientValues(outputShape.paddedCount(batch: batch)) : nil)
  }
}

private struct ActivationPass: Pass {
  let layer: Activation
  let output: OutputRows
  let gradient: ArenaPlan.Slot?

  /// y = f(x).
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = output.view(like: input, columns: input.columns, context)
    var rows = dpt_row_pass(input: input, result: result)
    dpt_activation(layer.function, layer.parameter, layer.second, &rows)
    return result
  }

  /// ∂ℓ/∂x = ∂ℓ/∂y ⊙ f′.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = gradient.with(base: context.arena.values(slot), columns: gradient.columns)
    let operand = layer.operand == .input ? input : output
    var rows = dpt_row_pass(input: operand, gradient: gradient, result: result)
    dpt_activation_gradient(layer.function, layer.parameter, layer.second, &rows)
    return result
  }
}
