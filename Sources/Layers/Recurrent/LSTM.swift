import CKernels
import Tensors

/// Long short-term memory over a sequence, trained by full back-propagation through time.
///
///     i, f, g, o = σ, σ, tanh, σ of  W_ih x[t] + b_ih + W_hh h[t−1] + b_hh
///     c[t] = f ⊙ c[t−1] + i ⊙ g          h[t] = o ⊙ tanh c[t]          h[0] = c[0] = 0
///
/// Parameters, their names and the order of the gates are those of PyTorch's `nn.LSTM`: `weight_ih_l0`, `weight_hh_l0`,
/// `bias_ih_l0`, `bias_hh_l0`. Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000.
public final class LSTM: RecurrentLayer {
  private static var cell: RecurrentCell {
    RecurrentCell(
      tensors: RecurrentCell.pyTorchTensors(gates: 4), gates: (0..<4).map(RecurrentCell.pyTorchGate),
      hasCellState: true, forward: { dpt_lstm_forward($0) }, backward: { dpt_lstm_backward($0) })
  }

  /// One layer with `hiddenSize` units.
  public init(input: Shape, hiddenSize: Int, output: RecurrentOutput) {
    super.init(
      LSTM.cell, kind: "lstm", input: input, hiddenSize: hiddenSize, options: RecurrentOptions(output: output))
  }

  /// A layer with `hiddenSize` units in each level and direction, with or without biases.
  /// - Throws: `Failure` (configuration) if the options are invalid.
  public init(
    input: Shape, hiddenSize: Int, bias: Bool = true, options: RecurrentOptions
  ) throws {
    try options.check()
    super.init(LSTM.cell.with(bias: bias), kind: "lstm", input: input, hiddenSize: hiddenSize, options: options)
  }
}
