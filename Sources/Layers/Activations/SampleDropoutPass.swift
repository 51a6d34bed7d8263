import CKernels
import Tensors

/// Drops channels of samples, or whole samples.
struct SampleDropoutPass: Pass {
  private let probability: Double
  /// Whether a sample is kept or dropped as a whole, and not channel by channel.
  private let isWhole: Bool
  /// Selects this layer's random numbers.
  private let stream: UInt32
  private let output: ArenaPlan.Slot
  private let wantsInputGradient: Bool

  init(
    _ plan: inout ArenaPlan, shape: Shape, batch: Int, probability: Double, isWhole: Bool, wantsInputGradient: Bool
  ) {
    self.probability = probability
    self.isWhole = isWhole
    self.wantsInputGradient = wantsInputGradient
    stream = dropoutStream(plan)
    output = plan.activation(shape.paddedCount(batch: batch))
    plan.sharedScratch(paddedToLanes(shape.features))
  }

  /// The input with some channels or samples dropped; outside training, the input itself.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard context.isTraining else { return input }
    let result = input.with(base: context.arena[output], columns: input.columns)
    drop(from: input, into: result, context)
    return result
  }

  /// The gradient of what is kept, with the same factor.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard wantsInputGradient else { return nil }
    drop(from: gradient, into: gradient, context)
    return gradient
  }

  private func drop(from values: TensorView, into result: TensorView, _ context: StepContext) {
    var mask = dpt_dropout_mask(of: values, probability: probability, stream: stream, context)
    var rows = dpt_row_pass(input: values, result: result)
    dpt_sample_dropout(&rows, &mask, isWhole, context.arena.scratch.baseAddress)
  }
}
