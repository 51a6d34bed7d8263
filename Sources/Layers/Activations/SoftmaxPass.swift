import CKernels
import Tensors

/// The pass of a function of each row whose derivative is computed from its outputs: softmax and its logarithm.
struct SoftmaxPass: Pass {
  /// A kernel that works row by row.
  typealias Kernel = (UnsafePointer<dpt_row_pass>?) -> Void

  private let output: ArenaPlan.Slot
  private let gradient: ArenaPlan.Slot?
  private let function, derivative: Kernel

  /// Reserves the outputs, and the input's gradient if it is wanted.
  init(
    _ plan: inout ArenaPlan, shape: Shape, batch: Int, wantsInputGradient: Bool, function: @escaping Kernel,
    derivative: @escaping Kernel
  ) {
    let count = shape.paddedCount(batch: batch)
    output = plan.activationValues(count)
    gradient = wantsInputGradient ? plan.gradientValues(count) : nil
    self.function = function
    self.derivative = derivative
  }

  /// The function of each row.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena.values(output), columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    function(&rows)
    return result
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = gradient.with(base: context.arena.values(slot), columns: gradient.columns)
    var rows = dpt_row_pass(input: output, gradient: gradient, result: result)
    derivative(&rows)
    return result
  }
}
