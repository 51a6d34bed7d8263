import CKernels
import Tensors

/// One direction of one layer of a recurrent cell: its states, and its passes through a batch of sequences.
///
/// A kernel runs the whole sequence; in the backward pass it leaves the gates' gradients in their place, from which those
/// of weights and inputs follow as products over all steps.
final class Recurrence {
  let weights: RecurrentWeights
  private let cell: RecurrentCell
  private let suffix: String
  private let isReverse: Bool
  private let shardSums: ShardSums
  private var memory: Memory?
  private var input: TensorView?
  /// Where the gradients of the states after all steps are kept, where somebody wants to see them.
  private var stateGradients: FloatBuffer?

  private struct Memory {
    let gates, h, dh: ArenaPlan.Slot
    /// Cell state, its tanh, and its gradient: LSTM only.
    let cell: (c: ArenaPlan.Slot, tanhC: ArenaPlan.Slot, dc: ArenaPlan.Slot)?
    /// What is carried from batch to batch, in training and in evaluation: stateful layers only.
    let carried: (training: Carried, evaluation: Carried)?
  }

  private struct Carried {
    let h: ArenaPlan.Slot
    let c: ArenaPlan.Slot?
  }

  /// A layer with `hiddenSize` units; `suffix` ends the names of its parameters.
  init(_ cell: RecurrentCell, inputs: Int, hiddenSize: Int, suffix: String, isReverse: Bool) {
    weights = RecurrentWeights(cell, inputs: inputs, hidden: hiddenSize, suffix: suffix)
    shardSums = ShardSums(weights.parameters)
    self.cell = cell
    self.suffix = suffix
    self.isReverse = isReverse
  }

  private var hidden: Int { weights.hidden }
  private var padded: Int { paddedToLanes(hidden) }

  func plan(_ plan: inout ArenaPlan, steps: Int, batch: Int, wantsInputGradient: Bool, isStateful: Bool) {
    weights.plan(&plan, wantsInputGradient: wantsInputGradient)
    let rows = steps * batch
    shardSums.plan(&plan, floats: rows * (weights.width + (cell.hasCellState ? 3 : 1) * padded))
    func carried() -> Carried {
      Carried(
        h: plan.persistent(batch * padded), c: cell.hasCellState ? plan.persistent(batch * padded) : nil)
    }
    memory = Memory(
      gates: plan.activation(rows * weights.width),
      h: plan.activation((rows + batch) * padded),
      dh: plan.backwardScratch(batch * padded),
      cell: cell.hasCellState
        ? (
          plan.activation((rows + batch) * padded), plan.activation(rows * padded), plan.backwardScratch(batch * padded)
        ) : nil,
      carried: isStateful ? (carried(), carried()) : nil)
  }

  /// Runs all steps; they start from the carried state where `continues`, else from zero.
  func forward(_ input: TensorView, continues: Bool, _ context: StepContext) {
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let arena = context.arena
    let carried = memory.carried.map { context.isTraining ? $0.training : $0.evaluation }
    let state = input.batch * padded
    let initial = (isReverse ? input.steps : 0) * state
    func start(_ states: ArenaPlan.Slot, from carried: ArenaPlan.Slot?) {
      if continues, let carried {
        (arena[states] + initial).update(from: arena[carried], count: state)
      } else {
        (arena[states] + initial).update(repeating: 0, count: state)
      }
    }
    start(memory.h, from: carried?.h)
    if let slots = memory.cell { start(slots.c, from: carried?.c) }
    var recurrence = recurrence(memory, input, context)
    cell.forward(&recurrence)
    guard let carried else { return }
    copyLast(of: memory.h, to: arena[carried.h], stride: padded, context)
    if let slots = memory.cell, let c = carried.c { copyLast(of: slots.c, to: arena[c], stride: padded, context) }
  }

  /// Keeps the gradients of the states after all steps, for batches of up to so many rows, from the next backward pass on.
  func keepStateGradients(rows: Int) throws {
    stateGradients = try FloatBuffer(count: rows * padded + paddedToLanes(1))
  }

  /// The states after each step of the last batch, and what is kept of their gradients.
  func trace(_ context: StepContext) -> RecurrentTrace {
    guard let memory, let input else { preconditionFailure("trace before forward") }
    let hidden = states(context)
    return RecurrentTrace(
      name: String(suffix.dropFirst()), isReverse: isReverse, hidden: hidden,
      cell: memory.cell.map {
        hidden.with(base: context.arena[$0.c] + (isReverse ? 0 : 1) * input.batch * padded, columns: hidden.columns)
      },
      hiddenGradient: stateGradients.map { hidden.with(base: $0.base, columns: hidden.columns) })
  }

  /// Where the rows of the states lie that training carries: hidden states, and cell states where there are any.
  func carriedRows(_ context: StepContext) -> [UnsafeMutablePointer<Float>] {
    guard let carried = memory?.carried?.training else { return [] }
    return [carried.h, carried.c].compactMap { $0.map { context.arena[$0] } }
  }

  /// The hidden states after all steps.
  func states(_ context: StepContext) -> TensorView {
    states(isReverse ? 0 : 1, context)
  }

  /// Copies the states after all steps to rows of `target`.
  func copyStates(to target: UnsafeMutablePointer<Float>, stride: Int, _ context: StepContext) {
    let states = states(context)
    for row in 0..<states.rows {
      (target + row * stride).update(from: states.base + row * padded, count: hidden)
    }
  }

  /// The states from row block `first` on; there is one more than steps.
  private func states(_ first: Int, _ context: StepContext) -> TensorView {
    guard let memory, let input else { preconditionFailure("states before forward") }
    return TensorView(
      base: context.arena[memory.h] + first * input.batch * padded, steps: input.steps, batch: input.batch,
      columns: hidden, stride: padded)
  }

  /// Copies each sample's state after its last step to a row of `target`.
  func copyLast(to target: UnsafeMutablePointer<Float>, stride: Int, _ context: StepContext) {
    guard let memory else { preconditionFailure("states before plan") }
    copyLast(of: memory.h, to: target, stride: stride, context)
  }

  private func copyLast(
    of states: ArenaPlan.Slot, to target: UnsafeMutablePointer<Float>, stride: Int, _ context: StepContext
  ) {
    guard let input else { preconditionFailure("states before forward") }
    for sample in 0..<input.batch {
      let valid = context.lengths.map { Int($0[sample]) } ?? input.steps
      let row = context.arena[states] + ((isReverse ? 0 : valid) * input.batch + sample) * padded
      (target + sample * stride).update(from: row, count: hidden)
    }
  }

  /// Back-propagation through all steps from the gradient of the states after each of them, or of the last alone;
  /// `firstColumn` is where this direction's features start in it. Writes, or adds, the gradient of the input to `result`.
  func backward(
    _ gradient: TensorView, firstColumn: Int, ofLast: Bool, into result: TensorView?, adding: Bool,
    _ context: StepContext
  ) {
    guard let memory, let input else { preconditionFailure("backward before forward") }
    var recurrence = recurrence(memory, input, context)
    recurrence.gradStride = gradient.stride
    if ofLast {
      recurrence.gradLast = UnsafePointer(gradient.base + firstColumn)
    } else {
      recurrence.gradAll = UnsafePointer(gradient.base + firstColumn)
    }
    if let stateGradients {
      precondition(
        input.rows * padded <= stateGradients.count, "state gradients are kept for batches of up to a size")
      stateGradients.base.update(repeating: 0, count: stateGradients.count)
      recurrence.stateGradients = stateGradients.base
    }
    let gates = gates(memory, input, context)
    let before = states(isReverse ? 1 : 0, context)
    shardSums.add(context) { program, samples, target in
      recurrence.firstSample = samples.lowerBound
      recurrence.endSample = samples.upperBound
      cell.backward(&recurrence)
      weights.gradients(input: input, before: before, gates: gates, program: program, to: target, context)
    }
    if let result { weights.inputGradient(gates: gates, into: result, adding: adding, context) }
  }

  private func gates(_ memory: Memory, _ input: TensorView, _ context: StepContext) -> TensorView {
    TensorView(
      base: context.arena[memory.gates], steps: input.steps, batch: input.batch, columns: weights.width,
      stride: weights.width)
  }

  private func recurrence(_ memory: Memory, _ input: TensorView, _ context: StepContext) -> dpt_recurrence {
    var recurrence = dpt_recurrence()
    weights.lend(to: &recurrence, context)
    recurrence.steps = input.steps
    recurrence.batch = input.batch
    recurrence.endSample = input.batch
    recurrence.x = UnsafePointer(input.base)
    recurrence.xStride = input.stride
    recurrence.reverse = isReverse
    recurrence.lengths = context.lengths
    recurrence.fetchesAhead = shardSums.exceedsCaches
    recurrence.gates = context.arena[memory.gates]
    recurrence.h = context.arena[memory.h]
    recurrence.dh = context.arena[memory.dh]
    if let cell = memory.cell {
      recurrence.c = context.arena[cell.c]
      recurrence.tanhC = context.arena[cell.tanhC]
      recurrence.dc = context.arena[cell.dc]
    }
    return recurrence
  }
}
