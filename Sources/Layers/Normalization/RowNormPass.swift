import CKernels
import Tensors

/// The pass of a normalization over the features of each row: layer normalization, and that by the root of the mean square.
struct RowNormPass: Pass {
  /// The kernel of the forward pass.
  typealias Function = (UnsafePointer<dpt_row_pass>?, UnsafePointer<dpt_row_norm>?) -> Void
  /// The kernel of the backward pass.
  typealias Derivative = (
    UnsafePointer<dpt_row_pass>?, UnsafePointer<dpt_row_norm>?, _ scaled: UnsafeMutablePointer<Float>?, _ stride: Int
  ) -> Void

  private let weight: Parameter
  private let bias: Parameter?
  private let epsilon: Float
  private let function: Function
  private let derivative: Derivative
  private let output, statistics, scaled: ArenaPlan.Slot
  private let gradient: ArenaPlan.Slot?

  /// Reserves the outputs, `statistics` floats of each row, and the gradients' memory.
  init(
    _ plan: inout ArenaPlan, shape: Shape, batch: Int, wantsInputGradient: Bool, weight: Parameter, bias: Parameter?,
    epsilon: Float, statistics: Int, function: @escaping Function, derivative: @escaping Derivative
  ) {
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
    self.function = function
    self.derivative = derivative
    let count = shape.paddedCount(batch: batch)
    output = plan.activationValues(count)
    self.statistics = plan.activation(statistics * batch * shape.steps * shape.positions)
    scaled = plan.backwardScratch(count)
    gradient = wantsInputGradient ? plan.gradientValues(count) : nil
  }

  /// The normalized rows.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena.values(output), columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    var settings = settings(context)
    function(&rows, &settings)
    return result
  }

  /// ∂ℓ/∂weight = Σ ∂ℓ/∂y ⊙ normalized x, ∂ℓ/∂bias = Σ ∂ℓ/∂y, and the gradient of the input.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let result = self.gradient.map { gradient.with(base: context.arena.values($0), columns: gradient.columns) }
    let scaled = gradient.with(base: context.arena[scaled], columns: gradient.columns)
    var rows = dpt_row_pass(input: input, gradient: gradient, result: result)
    var settings = settings(context)
    derivative(&rows, &settings, scaled.base.floats, scaled.stride)
    context.biasGradient(output: scaled, outputs: scaled.columns, target: context.gradient(weight))
    if let bias {
      context.biasGradient(output: gradient, outputs: gradient.columns, target: context.gradient(bias))
    }
    return result
  }

  private func settings(_ context: StepContext) -> dpt_row_norm {
    dpt_row_norm(
      weight: UnsafePointer(context.values(weight)), bias: bias.map { UnsafePointer(context.values($0)) },
      epsilon: epsilon, statistics: context.arena[statistics])
  }
}
