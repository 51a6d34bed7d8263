import Tensors

/// One level of a recurrent layer, with one direction or two.
final class RecurrentLevel: Layer {
  let kind: String
  let outputShape: Shape
  fileprivate let directions: [Recurrence]
  fileprivate let inputShape: Shape
  fileprivate let hidden: Int
  fileprivate let output: RecurrentOutput
  fileprivate let isStateful: Bool

  /// Level `number` of a layer. It gives `output`; that of `options` is ignored.
  init(
    _ cell: RecurrentCell, kind: String, number: Int, input: Shape, hiddenSize: Int, output: RecurrentOutput,
    options: RecurrentOptions
  ) {
    self.kind = kind
    self.output = output
    inputShape = input
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

  var parameters: [Parameter] { directions.flatMap(\.weights.parameters) }
  var lengthRule: LengthRule { .kept }
  var takesRoundedValues: Bool { true }
  var operations: Int { directions.reduce(0) { $0 + 2 * inputShape.steps * $1.weights.products } }

  /// Those of the forward pass for the weights' gradients, and as many for those of states and, if wanted, of inputs.
  func backwardOperations(wantsInputGradient: Bool) -> Int {
    let unwanted = directions.reduce(0) { $0 + 2 * inputShape.steps * $1.weights.inputProducts }
    return 2 * operations - (wantsInputGradient ? 0 : unwanted)
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    RecurrentLevelPass(self, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }
}

/// The pass of a level, with its carried states.
final class RecurrentLevelPass: Pass {
  private let layer: RecurrentLevel
  private let directions: [RecurrencePass]
  /// The outputs, if they are not the states themselves.
  private let joined: ArenaPlan.Slot?
  private let gradient: ArenaPlan.Slot?
  /// The size of the global batch whose states are carried; 0 if none are yet.
  private var carried = (training: 0, evaluation: 0)

  init(_ layer: RecurrentLevel, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    self.layer = layer
    directions = layer.directions.map {
      RecurrencePass(
        $0, &plan, steps: layer.inputShape.steps, batch: batch, wantsInputGradient: wantsInputGradient,
        isStateful: layer.isStateful)
    }
    let isJoined = directions.count > 1 || layer.output == .last
    joined = isJoined ? plan.activationValues(layer.outputShape.paddedCount(batch: batch)) : nil
    gradient = wantsInputGradient ? plan.gradientValues(layer.inputShape.paddedCount(batch: batch)) : nil
  }

  func traces(_ input: TensorView, _ context: StepContext) -> [RecurrentTrace] {
    directions.map { $0.trace(input, context) }
  }

  func pack(_ context: StepContext) {
    for direction in directions { direction.weights.pack(context) }
  }

  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let continues = continues(context)
    for direction in directions { direction.forward(input, continues: continues, context) }
    guard let joined else { return directions[0].states(input, context) }
    let (base, features) = (context.arena.values(joined), layer.outputShape.features)
    let result =
      layer.output == .all
      ? input.with(base: base, columns: features) : TensorView(base: base, shape: layer.outputShape, batch: input.batch)
    for (index, direction) in directions.enumerated() {
      let target = result.base + index * layer.hidden
      switch layer.output {
      case .last: direction.copyLast(input, to: target, stride: result.stride, context)
      case .all: direction.copyStates(input, to: target, stride: result.stride, context)
      }
    }
    return result
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let result = self.gradient.map { input.with(base: context.arena.values($0), columns: layer.inputShape.features) }
    for (index, direction) in directions.enumerated() {
      direction.backward(
        gradient, input: input, firstColumn: index * layer.hidden, ofLast: layer.output == .last, into: result,
        adding: index > 0, context)
    }
    return result
  }

  /// Whether this batch starts from the carried states. Records the batch size, whose states are carried next.
  private func continues(_ context: StepContext) -> Bool {
    guard layer.isStateful else { return false }
    let batch = context.batchCount
    let before = context.isTraining ? carried.training : carried.evaluation
    if context.isTraining { carried.training = batch } else { carried.evaluation = batch }
    return context.isContinuation && before == batch
  }

  var stateCarriers: [any StateCarrying] { layer.isStateful ? [self] : [] }
}

extension RecurrentLevelPass: StateCarrying {
  var carriedBatch: Int {
    get { carried.training }
    set { carried.training = newValue }
  }

  var carriedWidth: Int { paddedToLanes(layer.hidden) }

  func carriedRows(_ context: StepContext) -> [Values] {
    directions.flatMap { $0.carriedRows(context) }
  }
}
