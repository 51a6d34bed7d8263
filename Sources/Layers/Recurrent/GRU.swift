import CKernels
import Tensors

/// The gated recurrent unit over a sequence, trained by full back-propagation through time.
///
///     r, z = σ of  W_ih x[t] + b_ih + W_hh h[t−1] + b_hh
///     n = tanh(W_in x[t] + b_in + r ⊙ (W_hn h[t−1] + b_hn))
///     h[t] = (1 − z) ⊙ n + z ⊙ h[t−1]          h[0] = 0
///
/// Parameters, their names and the order of the gates (r, z, n) are those of PyTorch's `nn.GRU`: `weight_ih_l0`,
/// `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`. Cho et al. 2014, with the reset gate after the product, as in cuDNN.
public final class GRU: RecurrentLayer {
  private static var cell: RecurrentCell {
    typealias Block = RecurrentCell.Block
    return RecurrentCell(
      tensors: RecurrentCell.pyTorchTensors(gates: 3),
      gates: [
        .init(input: Block(0, 2), hidden: nil, biases: [Block(2, 2)]),
        RecurrentCell.pyTorchGate(0),
        RecurrentCell.pyTorchGate(1),
        .init(input: nil, hidden: Block(1, 2), biases: [Block(3, 2)]),
      ],
      forward: { dpt_gru_forward($0) }, backward: { dpt_gru_backward($0) })
  }

  /// One layer with `hiddenSize` units.
  public init(input: Shape, hiddenSize: Int, output: RecurrentOutput) {
    super.init(GRU.cell, kind: "gru", input: input, hiddenSize: hiddenSize, options: RecurrentOptions(output: output))
  }

  /// A layer with `hiddenSize` units in each level and direction, with or without biases.
  /// - Throws: `Failure` (configuration) if the options are invalid.
  public init(
    input: Shape, hiddenSize: Int, bias: Bool = true, options: RecurrentOptions
  ) throws {
    try options.check()
    super.init(GRU.cell.with(bias: bias), kind: "gru", input: input, hiddenSize: hiddenSize, options: options)
  }
}
