import CKernels
import Tensors

/// A plain recurrent layer, trained by full back-propagation through time:
///
///     h[t] = φ(W_ih x[t] + b_ih + W_hh h[t−1] + b_hh),  φ = tanh or ReLU,  h[0] = 0
///
/// Input [steps, inputs]; output [hiddenSize] or [steps, hiddenSize]. Parameters and their names are those of
/// PyTorch's `nn.RNN`; they start uniform in ±1/√hiddenSize. Elman 1990.
public final class RNN: Layer {
  /// The function φ.
  public enum Nonlinearity: String, CaseIterable, Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// max(0, x).
    case relu
  }

  /// The recipe's name.
  public let kind = "rnn"
  private let recurrence: Recurrence
  private let relu: Bool

  /// A layer with `hiddenSize` units.
  public init(input: Shape, hiddenSize: Int, nonlinearity: Nonlinearity, output: RecurrentOutput) {
    recurrence = Recurrence(input: input, hiddenSize: hiddenSize, gates: 1, output: output)
    relu = nonlinearity == .relu
  }

  /// [hiddenSize] or [steps, hiddenSize].
  public var outputShape: Shape { recurrence.outputShape }
  /// `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`.
  public var parameters: [Parameter] { recurrence.parameters }
  /// Two per weight and step.
  public var operations: Int { recurrence.operations }

  /// Reserves states and packed weights.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    recurrence.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient, hasCell: false)
  }

  /// Packs the weights for both directions.
  public func pack(_ context: StepContext) { recurrence.pack(context) }

  /// The hidden states.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    recurrence.forward(input, context) { [relu] in dpt_rnn_forward($0, relu) }
  }

  /// Back-propagation through all steps.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    recurrence.backward(gradient, context) { [relu] in dpt_rnn_backward($0, relu) }
  }
}
