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
  private let levels: LayerList

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
    levels = LayerList(list, input: input)
    outputShape = levels.outputShape
    parameters = list.flatMap(\.parameters)
  }

  /// The levels, where the layer is stateful.
  public var stateCarriers: [any StateCarrying] { levels.stateCarriers }

  /// States go over the steps that are there.
  public var lengthRule: LengthRule { .kept }

  /// Two per weight and step.
  public var operations: Int { levels.operations }

  /// As many as forwards for the weights' gradients, and as many for those of states and inputs, where these are wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int {
    levels.backwardOperations(wantsInputGradient: wantsInputGradient)
  }

  /// Reserves gates, states and packed weights.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    levels.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }

  /// Packs the weights for both passes.
  public func pack(_ context: StepContext) { levels.pack(context) }

  /// The hidden states.
  public func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    try levels.forward(input, context)
  }

  /// Makes every backward pass keep the gradient of the loss with respect to the hidden state after each step, for batches
  /// of up to `batch` samples. Training does not do this.
  /// - Throws: `Failure` (system) where memory is short.
  public func keepStateGradients(batch: Int) throws {
    for recurrence in recurrences { try recurrence.keepStateGradients(rows: inputShape.steps * batch) }
  }

  /// What went on in each level and direction in the last batch, level by level; valid until the next pass.
  public func traces(_ context: StepContext) -> [RecurrentTrace] {
    recurrences.map { $0.trace(context) }
  }

  private var recurrences: [Recurrence] {
    levels.layers.compactMap { $0 as? RecurrentLevel }.flatMap(\.recurrences)
  }

  /// Back-propagation through all levels and steps of the batch.
  public func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    try levels.backward(gradient, context)
  }
}
