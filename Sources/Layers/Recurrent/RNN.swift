import CKernels
import Tensors

/// A plain recurrent layer, trained by full back-propagation through time:
///
///     h[t] = φ(W_ih x[t] + b_ih + W_hh h[t−1] + b_hh),  φ = tanh or ReLU,  h[0] = 0
///
/// Parameters and their names are those of PyTorch's `nn.RNN`: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`,
/// `bias_hh_l0`. Elman 1990.
public final class RNN: RecurrentLayer {
  /// The function φ.
  public enum Nonlinearity: String, CaseIterable, Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// max(0, x).
    case relu
  }

  private static func cell(_ nonlinearity: Nonlinearity) -> RecurrentCell {
    let relu = nonlinearity == .relu
    return RecurrentCell(
      tensors: RecurrentCell.pyTorchTensors(gates: 1), gates: [RecurrentCell.pyTorchGate(0)],
      forward: { dpt_rnn_forward($0, relu) }, backward: { dpt_rnn_backward($0, relu) })
  }

  /// The function φ.
  package let nonlinearity: Nonlinearity

  /// One layer with `hiddenSize` units.
  public init(input: Shape, hiddenSize: Int, nonlinearity: Nonlinearity, output: RecurrentOutput) {
    self.nonlinearity = nonlinearity
    super.init(
      RNN.cell(nonlinearity), kind: "rnn", input: input, hiddenSize: hiddenSize,
      options: RecurrentOptions(output: output))
  }

  /// A layer with `hiddenSize` units in each level and direction, with or without biases.
  /// - Throws: `Failure` (configuration) if the options are invalid.
  public init(
    input: Shape, hiddenSize: Int, nonlinearity: Nonlinearity, bias: Bool = true, options: RecurrentOptions
  ) throws {
    try options.check()
    self.nonlinearity = nonlinearity
    super.init(
      RNN.cell(nonlinearity).with(bias: bias), kind: "rnn", input: input, hiddenSize: hiddenSize, options: options)
  }
}
