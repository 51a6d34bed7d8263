import Tensors

/// What went on in one direction of one level of a recurrent layer, step by step, in the last batch.
public struct RecurrentTrace {
  /// The level and direction as parameters' names end, for example `l0` or `l1_reverse`.
  public let name: String
  /// Whether it goes through the sequence from its end.
  public let isReverse: Bool
  /// h[t], the hidden state after each step: steps × batch rows of hiddenSize; zeros at steps that are padding.
  public let hidden: TensorView
  /// c[t], the cell state after each step, likewise: LSTM only.
  public let cell: TensorView?
  /// ∂ℓ/∂h[t], the whole gradient of the loss with respect to h[t], by all later steps and by the outputs: as `hidden`,
  /// after a backward pass that kept it. Where there is a cell state, c[t] counts as a variable of its own.
  public let hiddenGradient: TensorView?
}
