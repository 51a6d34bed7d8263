import CKernels
import Tensors

/// Long short-term memory over a sequence, trained by full back-propagation through time.
///
///     i, f, g, o = σ, σ, tanh, σ of  W_ih x[t] + b_ih + W_hh h[t−1] + b_hh
///     c[t] = f ⊙ c[t−1] + i ⊙ g          h[t] = o ⊙ tanh c[t]          h[0] = c[0] = 0
///
/// Input [steps, inputs]; output [hiddenSize] or [steps, hiddenSize]. Parameters, their names and the order of the
/// gates are those of PyTorch's `nn.LSTM`; they start uniform in ±1/√hiddenSize. Hochreiter & Schmidhuber 1997, with
/// the forget gate of Gers, Schmidhuber & Cummins 2000.
public final class LSTM: Layer {
  /// The recipe's name.
  public let kind = "lstm"
  private let recurrence: Recurrence

  /// A layer with `hiddenSize` units.
  public init(input: Shape, hiddenSize: Int, output: RecurrentOutput) {
    recurrence = Recurrence(input: input, hiddenSize: hiddenSize, gates: 4, output: output)
  }

  /// [hiddenSize] or [steps, hiddenSize].
  public var outputShape: Shape { recurrence.outputShape }
  /// `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`.
  public var parameters: [Parameter] { recurrence.parameters }
  /// Two per weight and step.
  public var operations: Int { recurrence.operations }

  /// Reserves gates, states and packed weights.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    recurrence.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient, hasCell: true)
  }

  /// Packs the weights for both directions.
  public func pack(_ context: StepContext) { recurrence.pack(context) }

  /// The hidden states.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    recurrence.forward(input, context) { dpt_lstm_forward($0) }
  }

  /// Back-propagation through all steps.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    recurrence.backward(gradient, context) { dpt_lstm_backward($0) }
  }
}
