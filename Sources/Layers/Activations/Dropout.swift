import CKernels
import Tensors

/// Dropout: in training each value is kept with probability 1 − p and scaled by 1 / (1 − p), otherwise it is 0. Outside
/// training nothing changes. The output has the input's shape.
///
/// Whether a value is kept is a function of (seed, the layer's place in the model, training step, the sample's place in the
/// global batch, the value's place in the sample), so it is the same on any number of ranks and shards. Srivastava et al.
/// 2014; PyTorch's `nn.Dropout`.
public final class Dropout: Layer {
  /// The recipe's name.
  public let kind = "dropout"
  /// The input's shape.
  public let outputShape: Shape
  /// The share of values that are dropped in training.
  package let probability: Double

  /// A layer that drops values with `probability`, 0 ..< 1.
  public init(input: Shape, probability: Double = 0.5) {
    precondition((0..<1).contains(probability), "dropout probability \(probability) is not in 0 ..< 1")
    outputShape = input
    self.probability = probability
  }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Reserves the outputs. The input's gradient overwrites that of the outputs.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    DropoutPass(
      probability: probability, stream: dropoutStream(plan),
      output: plan.activation(outputShape.paddedCount(batch: batch)), wantsInputGradient: wantsInputGradient)
  }
}

private struct DropoutPass: Pass {
  let probability: Double
  /// Selects this layer's random numbers.
  let stream: UInt32
  let output: ArenaPlan.Slot
  let wantsInputGradient: Bool

  /// The input with some values dropped; outside training, the input itself.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard context.isTraining else { return input }
    let result = input.with(base: context.arena[output], columns: input.columns)
    drop(from: input, into: result, context)
    return result
  }

  /// The gradient of the kept values, with the same factor.
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
    dpt_dropout(&rows, &mask)
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
