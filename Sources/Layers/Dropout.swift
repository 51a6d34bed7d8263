import CKernels
import Tensors

/// Dropout: in training each value is kept with probability 1 − p and then scaled by 1 / (1 − p), else it is 0; outside
/// of training nothing changes. The output has the input's shape.
///
/// What is kept is a function of (seed, place of the layer in the model, training step, the sample's place in the global
/// batch, the value's place in the sample), so it is the same on any number of ranks and shards. Srivastava et al. 2014;
/// PyTorch's `nn.Dropout`.
public final class Dropout: Layer {
  /// The recipe's name.
  public let kind = "dropout"
  /// The input's shape.
  public let outputShape: Shape
  /// The share of values that are dropped in training.
  package let probability: Double
  /// Tells this layer's random numbers from those of others.
  private var stream: UInt32 = 0
  private var output: ArenaPlan.Slot?
  private var wantsInputGradient = false
  private var mask: dpt_dropout_mask?

  /// A layer that drops values with `probability`, 0 ..< 1.
  public init(input: Shape, probability: Double = 0.5) {
    precondition((0..<1).contains(probability), "dropout probability \(probability) is not in 0 ..< 1")
    outputShape = input
    self.probability = probability
  }

  /// Each step by itself.
  public var lengthRule: LengthRule { .kept }

  /// Reserves the outputs; the input's gradient takes the place of theirs.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    stream = RandomPurpose.dropout.rawValue ^ UInt32(truncatingIfNeeded: plan.layer) << 8
    output = plan.activation(outputShape.paddedCount(batch: batch))
    self.wantsInputGradient = wantsInputGradient
  }

  /// The input with values dropped, or the input itself outside of training.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let slot = output else { preconditionFailure("forward before plan") }
    let dropped = context.isTraining ? probability : 0
    var mask = dpt_dropout_mask(
      steps: input.steps, batch: input.batch, positions: input.positions, firstSample: context.firstSample,
      seed: context.seed, stream: stream, step: UInt32(truncatingIfNeeded: context.step),
      threshold: UInt32(min(dropped * 0x1p32, 0x1p32 - 1)), scale: Float(1 / (1 - dropped)))
    self.mask = mask
    guard context.isTraining else { return input }
    let output = input.with(base: context.arena[slot], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: output)
    dpt_dropout(&rows, &mask)
    return output
  }

  /// The gradient of what was kept, with the same factor.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard var mask else { preconditionFailure("backward before forward") }
    guard wantsInputGradient else { return nil }
    var rows = dpt_row_pass(input: gradient, result: gradient)
    dpt_dropout(&rows, &mask)
    return gradient
  }
}
