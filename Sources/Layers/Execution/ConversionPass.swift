import CKernels
import Tensors

/// Rounds a model's inputs for its layers, or gives their outputs as floats; backwards the gradient is converted the other way. It
/// belongs to no layer, and has the tick of the layer before it.
struct ConversionPass: Pass {
  private let output: ArenaPlan.Slot
  private let isDense: Bool
  private let gradient: ArenaPlan.Slot?

  /// Rounds samples of a shape to the plan's precision. They need no gradient. Rows have no padding, as those of data sets.
  static func rounding(_ shape: Shape, _ plan: inout ArenaPlan, batch: Int) -> ConversionPass {
    ConversionPass(output: plan.activationValues(shape.count * batch), isDense: true, gradient: nil)
  }

  /// Gives samples of a shape as floats, and rounds their gradient.
  static func widening(_ shape: Shape, _ plan: inout ArenaPlan, batch: Int) -> ConversionPass {
    let count = shape.paddedCount(batch: batch)
    return ConversionPass(output: plan.activation(count), isDense: false, gradient: plan.gradientValues(count))
  }

  private init(output: ArenaPlan.Slot, isDense: Bool, gradient: ArenaPlan.Slot?) {
    self.output = output
    self.isDense = isDense
    self.gradient = gradient
  }

  var overwritesGradient: Bool { false }

  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    input.converted(to: context.arena.values(output), stride: isDense ? input.columns : paddedToLanes(input.columns))
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    self.gradient.map { gradient.converted(to: context.arena.values($0), stride: paddedToLanes(gradient.columns)) }
  }
}

extension TensorView {
  /// Writes the values to memory of another precision, in rows `stride` values apart, with zeros behind the columns of the last.
  func converted(to memory: Values, stride rowStride: Int) -> TensorView {
    let result = with(base: memory, columns: columns, stride: rowStride)
    switch (base.precision, memory.precision) {
    case (.float32, .bfloat16):
      dpt_values_of_floats(
        DPT_IN_BFLOAT16, base.floats, stride, memory.address, result.stride, rows, columns)
    case (.bfloat16, .float32):
      dpt_floats_of_values(
        DPT_IN_BFLOAT16, base.address, stride, memory.floats, result.stride, rows, columns)
    case (.float32, .float32), (.bfloat16, .bfloat16):
      preconditionFailure("values of \(base.precision.rawValue) need no conversion")
    }
    return result
  }
}
