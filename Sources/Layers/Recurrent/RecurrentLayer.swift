import Tensors

/// What LSTM, GRU, RNN and GatedRNN have in common: layers on top of each other, in one direction or both, with dropout
/// between them, over sequences of different lengths, with or without a state that is carried from batch to batch.
///
/// Input [steps, inputs]; output [features] or [steps, features], features being hiddenSize, or twice that where the
/// layer is bidirectional. `StepContext.lengths` says how many steps of each sample are valid; at the others nothing
/// happens, and outputs and gradients are zero. All parameters start uniform in ±1/√hiddenSize; their names end in `_l0`,
/// `_l0_reverse`, `_l1`, ... as PyTorch's do.
public class RecurrentLayer: Layer {
  /// The recipe's name.
  public let kind: String
  /// [features] or [steps, features].
  public let outputShape: Shape
  /// Level by level, forwards before backwards.
  public let parameters: [Parameter]
  /// [steps, inputs].
  package let inputShape: Shape
  /// Units of each level and direction.
  package let hiddenSize: Int
  /// What all recurrent layers can do.
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

  /// States go over the steps that are there.
  public var lengthRule: LengthRule { .kept }

  /// Two per weight and step.
  public var operations: Int { levels.operations }

  /// As many as forwards for the weights' gradients, and as many for those of states and inputs, if these are wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int {
    levels.backwardOperations(wantsInputGradient: wantsInputGradient)
  }

  /// Reserves gates, states and packed weights.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    Program(levels, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }
}

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
  /// after a backward pass, if the plan keeps it (`ArenaPlan.keepsOutputs`). If there is a cell state, c[t] counts as a
  /// variable of its own.
  public let hiddenGradient: TensorView?
}

extension Program {
  /// What went on in each level and direction of a recurrent layer of this program in the last batch, level by level; valid
  /// until the next pass.
  public func traces(of layer: RecurrentLayer, _ context: StepContext) -> [RecurrentTrace] {
    guard let (pass, samples) = lastRun(of: layer), let levels = pass as? Program else { return [] }
    return levels.passes.compactMap { $0 as? RecurrentLevelPass }
      .flatMap { $0.traces(samples: samples, context) }
  }
}
