import Tensors

/// One of the layers that a recurrent layer has on top of each other: one direction, or two side by side.
final class RecurrentLevel: Layer {
  let kind: String
  let outputShape: Shape
  private let directions: [Recurrence]
  private let steps, hidden: Int
  private let output: RecurrentOutput
  private let isStateful: Bool
  /// The global batch whose states are carried, 0 where none are yet.
  private var carried = (training: 0, evaluation: 0)
  /// The outputs where they are not the states as they lie, and the gradient of the input where it is wanted.
  private var memory: (joined: ArenaPlan.Slot?, gradient: ArenaPlan.Slot?)?
  private var input: TensorView?

  /// Level `number` of a layer; it shows `output`, whatever the layer's options say.
  init(
    _ cell: RecurrentCell, kind: String, number: Int, input: Shape, hiddenSize: Int, output: RecurrentOutput,
    options: RecurrentOptions
  ) {
    self.kind = kind
    self.output = output
    steps = input.steps
    hidden = hiddenSize
    isStateful = options.isStateful
    directions = (options.isBidirectional ? [false, true] : [false]).map { isReverse in
      Recurrence(
        cell, inputs: input.features, hiddenSize: hiddenSize, suffix: "_l\(number)" + (isReverse ? "_reverse" : ""),
        isReverse: isReverse)
    }
    let features = directions.count * hiddenSize
    outputShape = output == .all ? .sequence(steps: input.steps, features: features) : .vector(features)
  }

  /// The directions, forwards first.
  var recurrences: [Recurrence] { directions }
  var parameters: [Parameter] { directions.flatMap(\.weights.parameters) }
  var lengthRule: LengthRule { .kept }
  var operations: Int { directions.reduce(0) { $0 + 2 * steps * $1.weights.products } }

  /// As many as forwards for the weights' gradients, and as many for those of states and inputs, where these are wanted.
  func backwardOperations(wantsInputGradient: Bool) -> Int {
    let unwanted = directions.reduce(0) { $0 + 2 * steps * $1.weights.inputProducts }
    return 2 * operations - (wantsInputGradient ? 0 : unwanted)
  }
  var stateCarriers: [any StateCarrying] { isStateful ? [self] : [] }
  private var isBidirectional: Bool { directions.count > 1 }

  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    carried = (0, 0)
    for direction in directions {
      direction.plan(
        &plan, steps: steps, batch: batch, wantsInputGradient: wantsInputGradient, isStateful: isStateful)
    }
    let rows = output == .all ? steps * batch : batch
    let inputs = directions[0].weights.inputs
    memory = (
      joined: isBidirectional || output == .last
        ? plan.activation(rows * paddedToLanes(outputShape.features)) : nil,
      gradient: wantsInputGradient ? plan.gradient(steps * batch * paddedToLanes(inputs)) : nil
    )
  }

  func pack(_ context: StepContext) {
    for direction in directions { direction.weights.pack(context) }
  }

  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let continues = continues(context)
    for direction in directions { direction.forward(input, continues: continues, context) }
    guard let joined = memory.joined else { return directions[0].states(context) }
    let columns = outputShape.features
    let result = TensorView(
      base: context.arena[joined], steps: output == .all ? steps : 1, batch: input.batch, columns: columns,
      stride: paddedToLanes(columns))
    for (index, direction) in directions.enumerated() {
      let target = result.base + index * hidden
      switch output {
      case .last: direction.copyLast(to: target, stride: result.stride, context)
      case .all: direction.copyStates(to: target, stride: result.stride, context)
      }
    }
    return result
  }

  func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let memory, let input else { preconditionFailure("backward before forward") }
    let result = memory.gradient.map {
      TensorView(
        base: context.arena[$0], steps: input.steps, batch: input.batch, columns: input.columns,
        stride: paddedToLanes(input.columns))
    }
    for (index, direction) in directions.enumerated() {
      direction.backward(
        gradient, firstColumn: index * hidden, ofLast: output == .last, into: result, adding: index > 0, context)
    }
    return result
  }

  /// Whether this batch starts from the carried states; notes whose states will be carried after it.
  private func continues(_ context: StepContext) -> Bool {
    guard isStateful else { return false }
    let batch = context.batchCount
    let before = context.isTraining ? carried.training : carried.evaluation
    if context.isTraining { carried.training = batch } else { carried.evaluation = batch }
    return context.isContinuation && before == batch
  }
}

extension RecurrentLevel: StateCarrying {
  var carriedBatch: Int {
    get { carried.training }
    set { carried.training = newValue }
  }

  var carriedWidth: Int { paddedToLanes(hidden) }

  func carriedRows(_ context: StepContext) -> [UnsafeMutablePointer<Float>] {
    directions.flatMap { $0.carriedRows(context) }
  }
}
