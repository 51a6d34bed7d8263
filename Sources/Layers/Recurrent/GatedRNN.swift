import CKernels
import Tensors

/// A recurrence with one gate, trained by full back-propagation through time:
///
///     c[t] = σ(W_c x[t] + b_c + W_h h[t−1])
///     h[t] = c[t] ⊙ h[t−1] + (1 − c[t]) ⊙ (W_x x[t] + b_x)          h[0] = 0
///
/// Parameters: `weight_c_l0` and `weight_x_l0` [hiddenSize, inputs], `weight_h_l0` [hiddenSize, hiddenSize], and, unless
/// `bias` is false, `bias_c_l0` and `bias_x_l0` [hiddenSize]. Without biases it is the recurrence of exercise 1.2 of the
/// second homework of Deep Learning (New York University, spring 2022). It is a minimal gated unit (Zhou et al. 2016)
/// whose candidate does not depend on the state.
public final class GatedRNN: RecurrentLayer {
  private static var cell: RecurrentCell {
    typealias Block = RecurrentCell.Block
    let weights: [RecurrentCell.Tensor] = [
      .init(name: "weight_c", blocks: 1, row: .inputs), .init(name: "weight_x", blocks: 1, row: .inputs),
      .init(name: "weight_h", blocks: 1, row: .hidden),
    ]
    let biases: [RecurrentCell.Tensor] = [
      .init(name: "bias_c", blocks: 1, row: .bias), .init(name: "bias_x", blocks: 1, row: .bias),
    ]
    return RecurrentCell(
      tensors: weights + biases,
      gates: [
        .init(input: Block(0), hidden: Block(2), biases: [Block(3)]),
        .init(input: Block(1), hidden: nil, biases: [Block(4)]),
      ],
      forward: { dpt_gated_forward($0) }, backward: { dpt_gated_backward($0) })
  }

  /// One layer with `hiddenSize` units.
  public init(input: Shape, hiddenSize: Int, bias: Bool = true, output: RecurrentOutput) {
    super.init(
      GatedRNN.cell.with(bias: bias), kind: "gated", input: input, hiddenSize: hiddenSize,
      options: RecurrentOptions(output: output))
  }

  /// A layer with `hiddenSize` units in each level and direction.
  /// - Throws: `Failure` (configuration) if the options are invalid.
  public init(input: Shape, hiddenSize: Int, bias: Bool = true, options: RecurrentOptions) throws {
    try options.check()
    super.init(GatedRNN.cell.with(bias: bias), kind: "gated", input: input, hiddenSize: hiddenSize, options: options)
  }
}
