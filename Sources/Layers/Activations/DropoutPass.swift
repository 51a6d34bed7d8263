import CKernels
import Tensors

/// Drops values, channels of samples, or whole samples.
struct DropoutPass: Pass {
  /// What is kept or dropped as one.
  enum Unit {
    /// Each value.
    case value
    /// All values of a sample's channel.
    case channel
    /// All values of a sample.
    case sample
  }

  private let probability: Double
  private let unit: Unit
  /// Selects this layer's random numbers.
  private let stream: UInt32
  private let output: ArenaPlan.Slot
  private let wantsInputGradient: Bool

  /// Reserves the outputs.
  init(
    _ plan: inout ArenaPlan, shape: Shape, batch: Int, probability: Double, of unit: Unit, wantsInputGradient: Bool
  ) {
    self.probability = probability
    self.unit = unit
    self.wantsInputGradient = wantsInputGradient
    stream = dropoutStream(plan)
    output = plan.activationValues(shape.paddedCount(batch: batch))
    if unit != .value { plan.sharedScratch(paddedToLanes(shape.features)) }
  }

  /// The input with some of it dropped; outside training, the input itself.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard context.isTraining else { return input }
    let result = input.with(base: context.arena.values(output), columns: input.columns)
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
    if unit == .value {
      dpt_dropout(&rows, &mask)
    } else {
      dpt_sample_dropout(&rows, &mask, unit == .sample, context.arena.scratch.baseAddress)
    }
  }
}

/// The random numbers of the dropout that is being planned.
func dropoutStream(_ plan: ArenaPlan) -> UInt32 {
  RandomPurpose.dropout.rawValue ^ UInt32(truncatingIfNeeded: plan.layer) << 8
}

extension dpt_dropout_mask {
  /// What is dropped of some values; outside training nothing.
  init(of values: TensorView, probability: Double, stream: UInt32, _ context: StepContext) {
    let dropped = context.isTraining ? probability : 0
    self.init(
      steps: values.steps, batch: values.batch, positions: values.positions, starts: values.starts,
      firstSample: context.firstSample,
      seed: context.seed, stream: stream, step: UInt32(truncatingIfNeeded: context.step),
      threshold: UInt32(min(dropped * 0x1p32, 0x1p32 - 1)), scale: Float(1 / (1 - dropped)))
  }
}
