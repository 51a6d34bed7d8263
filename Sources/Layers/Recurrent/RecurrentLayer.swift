import Tensors

/// The base class of LSTM, GRU, RNN and GatedRNN: stacked levels in one or two directions, with dropout between them, over
/// sequences of different lengths, with or without carried state.
///
/// Input [steps, inputs]; output [features] or [steps, features], with features = hiddenSize, or twice that if the layer is
/// bidirectional. All parameters start uniform in ±1/√hiddenSize. Their names end in `_l0`, `_l0_reverse`,
/// `_l1`, ... as in PyTorch.
public class RecurrentLayer: Layer {
  /// The recipe's name.
  public let kind: String
  /// [features] or [steps, features].
  public let outputShape: Shape
  /// The parameters, level by level, those of the forward direction first.
  public let parameters: [Parameter]
  /// [steps, inputs].
  package let inputShape: Shape
  /// Units of each level and direction.
  package let hiddenSize: Int
  /// The options of all recurrent layers.
  package let options: RecurrentOptions
  private let levels: [any Layer]

  init(_ cell: RecurrentCell, kind: String, input: Shape, hiddenSize: Int, options: RecurrentOptions) {
    var list: [any Layer] = []
    for number in 0..<options.layers {
      let below = list.last?.outputShape ?? input
      if number > 0, options.dropout > 0 { list.append(Dropout(input: below, probability: options.dropout)) }
      list.append(
        RecurrentLevel(
          cell, kind: kind, number: number, input: below, hiddenSize: hiddenSize,
          output: number == options.layers - 1 ? options.output : .all, options: options))
    }
    self.kind = kind
    inputShape = input
    self.hiddenSize = hiddenSize
    self.options = options
    levels = list
    outputShape = list.last?.outputShape ?? input
    parameters = list.flatMap(\.parameters)
  }

  /// Recurrences only run over valid steps.
  public var lengthRule: LengthRule { .kept }

  /// Two per weight and step.
  public var operations: Int { levels.operations }

  /// Those of the forward pass for the weights' gradients, and as many for those of states and, if wanted, of inputs.
  public func backwardOperations(wantsInputGradient: Bool) -> Int {
    levels.backwardOperations(wantsInputGradient: wantsInputGradient)
  }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves gates, states and packed weights.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    Program(levels, input: inputShape, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }
}

/// The states of one direction of one level of a recurrent layer after each step of the last batch.
public struct RecurrentTrace {
  /// The level and direction, as at the end of parameters' names, for example `l0` or `l1_reverse`.
  public let name: String
  /// Whether it runs through the sequence from its end.
  public let isReverse: Bool
  /// h[t], the hidden state after each step of each sample: rows of hiddenSize.
  public let hidden: TensorView
  /// c[t], the cell state after each step, shaped as `hidden`; only for LSTM.
  public let cell: TensorView?
  /// ∂ℓ/∂h[t], the total gradient through later steps and outputs, shaped as `hidden`. Available after a backward pass if
  /// the plan keeps it (`ArenaPlan.keepsOutputs`). If there is a cell state, c[t] counts as a separate variable.
  public let hiddenGradient: TensorView?
}

extension Program {
  /// The traces of a recurrent layer of this program in the last batch, level by level. Valid until the next pass.
  public func traces(of layer: RecurrentLayer, _ context: StepContext) -> [RecurrentTrace] {
    guard let (pass, input) = lastRun(of: layer), let levels = pass as? Program else { return [] }
    return levels.passes.compactMap { $0 as? RecurrentLevelPass }.flatMap { $0.traces(input, context) }
  }
}
