import CKernels
import Tensors

/// One direction of one level of a recurrent layer.
struct Recurrence {
  let cell: RecurrentCell
  let weights: RecurrentWeights
  /// The suffix of its parameters' names, for example `_l0`.
  let suffix: String
  let isReverse: Bool

  init(_ cell: RecurrentCell, inputs: Int, hiddenSize: Int, suffix: String, isReverse: Bool) {
    self.cell = cell
    weights = RecurrentWeights(cell, inputs: inputs, hidden: hiddenSize, suffix: suffix)
    self.suffix = suffix
    self.isReverse = isReverse
  }
}

/// The pass of one direction of one level: its states, and its passes through a batch of sequences.
///
/// A kernel runs the whole sequence. In the backward pass it overwrites the gates with their gradients, from which products
/// over all steps give those of weights and inputs. It is a class: copying the struct would cost small layers more time than
/// their arithmetic.
final class RecurrencePass {
  let weights: PackedRecurrentWeights
  private let recurrence: Recurrence
  private let shardSums: ShardSums
  private let gates, h, dh: ArenaPlan.Slot
  /// The hidden states before each step, in the backward pass of ragged batches.
  private let before: ArenaPlan.Slot
  /// The cell state, its tanh, and its gradient; only for LSTM.
  private let cell: (c: ArenaPlan.Slot, tanhC: ArenaPlan.Slot, dc: ArenaPlan.Slot)?
  /// The carried states of training and of evaluation; only for stateful layers.
  private let carried: (training: Carried, evaluation: Carried)?
  /// The states from which a ragged batch started: the backward pass needs them when the next ones are carried already.
  private let initial: Carried?
  /// Whether the last batch started from the carried states.
  private var continues = false
  /// The gradients of the states after each step, if the plan keeps them.
  private let stateGradients: ArenaPlan.Slot?

  private struct Carried {
    let h: ArenaPlan.Slot
    let c: ArenaPlan.Slot?
  }

  init(
    _ recurrence: Recurrence, _ plan: inout ArenaPlan, steps: Int, batch: Int, wantsInputGradient: Bool,
    isStateful: Bool
  ) {
    self.recurrence = recurrence
    let (rows, padded) = (steps * batch, recurrence.weights.padded)
    let hasCellState = recurrence.cell.hasCellState
    weights = PackedRecurrentWeights(recurrence.weights, &plan, rows: rows, wantsInputGradient: wantsInputGradient)
    // Cell states are floats.
    let bytes = plan.precision.bytes * (recurrence.weights.width + (hasCellState ? 2 : 1) * padded)
    shardSums = ShardSums(
      recurrence.weights.parameters, &plan,
      bytes: rows * (bytes + (hasCellState ? padded * MemoryLayout<Float>.size : 0)))
    gates = plan.activationValues(rows * recurrence.weights.width)
    h = plan.activationValues((rows + batch) * padded)
    dh = plan.backwardScratch(batch * padded)
    before = plan.backwardScratchValues(rows * padded)
    plan.sharedScratch(
      dpt_recurrent_scratch(
        plan.precision.kernel, recurrence.weights.inputs, padded, recurrence.weights.gates, true))
    cell =
      hasCellState
      ? (
        plan.activation((rows + batch) * padded), plan.activationValues(rows * padded),
        plan.backwardScratch(batch * padded)
      ) : nil
    func carried() -> Carried {
      Carried(h: plan.persistentValues(batch * padded), c: hasCellState ? plan.persistent(batch * padded) : nil)
    }
    self.carried = isStateful ? (carried(), carried()) : nil
    initial = isStateful ? carried() : nil
    stateGradients = plan.keepsOutputs ? plan.persistent(rows * padded) : nil
  }

  private var hidden: Int { recurrence.weights.hidden }
  private var padded: Int { recurrence.weights.padded }
  private var isReverse: Bool { recurrence.isReverse }

  /// Runs all steps, from the carried state if `continues`, otherwise from zero.
  func forward(_ input: TensorView, continues: Bool, _ context: StepContext) {
    let arena = context.arena
    let carried = carried.map { context.isTraining ? $0.training : $0.evaluation }
    self.continues = continues
    if input.starts == nil {
      setInitialStates(input, carried, context)
    } else if continues, let carried, let initial {
      arena.values(initial.h).update(from: arena.values(carried.h), count: input.batch * padded)
      if let kept = initial.c, let c = carried.c { arena[kept].update(from: arena[c], count: input.batch * padded) }
    }
    var pass = kernelPass(input, context)
    recurrence.cell.forward(&pass)
    guard let carried else { return }
    copyLast(of: h, input, to: arena.values(carried.h), stride: padded, context)
    if let cell, let c = carried.c { copyLast(of: cell.c, input, to: arena.values(c), stride: padded, context) }
  }

  /// Writes the states before the direction's first step to their block.
  private func setInitialStates(_ input: TensorView, _ carried: Carried?, _ context: StepContext) {
    let arena = context.arena
    let state = input.batch * padded
    let initial = (isReverse ? input.steps : 0) * state
    func start(_ states: ArenaPlan.Slot, from carried: ArenaPlan.Slot?) {
      if continues, let carried {
        (arena.values(states) + initial).update(from: arena.values(carried), count: state)
      } else {
        (arena.values(states) + initial).clear(count: state)
      }
    }
    start(h, from: carried?.h)
    if let cell { start(cell.c, from: carried?.c) }
  }

  /// The states after each step of the batch of this input, and their gradients if they are kept.
  func trace(_ input: TensorView, _ context: StepContext) -> RecurrentTrace {
    let states = states(input, context)
    return RecurrentTrace(
      name: String(recurrence.suffix.dropFirst()), isReverse: isReverse, hidden: states,
      cell: cell.map { self.states(of: $0.c, input, context) },
      hiddenGradient: stateGradients.map { states.with(base: context.arena[$0], columns: hidden) })
  }

  /// The rows of training's carried states: hidden states, and cell states if there are any.
  func carriedRows(_ context: StepContext) -> [Values] {
    guard let carried = carried?.training else { return [] }
    return [carried.h, carried.c].compactMap { $0.map(context.arena.values) }
  }

  /// The hidden states after each step of the batch of this input.
  func states(_ input: TensorView, _ context: StepContext) -> TensorView { states(of: h, input, context) }

  private func states(of slot: ArenaPlan.Slot, _ input: TensorView, _ context: StepContext) -> TensorView {
    let isFirst = input.starts != nil || isReverse
    return input.with(base: context.arena.values(slot) + (isFirst ? 0 : input.batch * padded), columns: hidden)
  }

  /// The hidden states before each step; in a ragged batch the backward pass writes them.
  private func statesBefore(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard input.starts == nil else { return input.with(base: context.arena.values(before), columns: hidden) }
    return input.with(base: context.arena.values(h) + (isReverse ? input.batch * padded : 0), columns: hidden)
  }

  /// Copies the hidden states after each step to rows of `target`.
  func copyStates(_ input: TensorView, to target: Values, stride: Int, _ context: StepContext) {
    let states = states(input, context)
    for row in 0..<states.rows {
      (target + row * stride).update(from: states.base + row * padded, count: hidden)
    }
  }

  /// Copies each sample's state after its last step to a row of `target`.
  func copyLast(_ input: TensorView, to target: Values, stride: Int, _ context: StepContext) {
    copyLast(of: h, input, to: target, stride: stride, context)
  }

  private func copyLast(
    of slot: ArenaPlan.Slot, _ input: TensorView, to target: Values, stride: Int, _ context: StepContext
  ) {
    let states = states(of: slot, input, context)
    for sample in 0..<input.batch {
      let steps = input.steps(ofSample: sample)
      let row = target + sample * stride
      guard steps > 0 else {
        row.clear(count: hidden)
        continue
      }
      row.update(from: states.row(step: isReverse ? 0 : steps - 1, sample: sample), count: hidden)
    }
  }

  /// Back-propagation through all steps from the gradient of the states after each step, or after the last if `ofLast`.
  /// `firstColumn` is the start of this direction's features in it. Writes the gradient of the input to `result`, or adds it
  /// if `adding`.
  func backward(
    _ gradient: TensorView, input: TensorView, firstColumn: Int, ofLast: Bool, into result: TensorView?, adding: Bool,
    _ context: StepContext
  ) {
    var pass = kernelPass(input, context)
    pass.gradStride = gradient.stride
    if ofLast {
      pass.gradLast = UnsafeRawPointer((gradient.base + firstColumn).address)
    } else {
      pass.gradAll = UnsafeRawPointer((gradient.base + firstColumn).address)
    }
    if let stateGradients {
      context.arena[stateGradients].update(repeating: 0, count: input.rows * padded)
      pass.stateGradients = context.arena[stateGradients]
    }
    let gates = input.with(base: context.arena.values(gates), columns: recurrence.weights.width)
    let before = statesBefore(input, context)
    shardSums.add(over: input, context) { program, samples, target in
      pass.firstSample = samples.lowerBound
      pass.endSample = samples.upperBound
      recurrence.cell.backward(&pass)
      weights.gradients(input: input, before: before, gates: gates, program: program, to: target, context)
    }
    weights.inputGradient(gates: gates, into: result, adding: adding, context)
  }

  private func kernelPass(_ input: TensorView, _ context: StepContext) -> dpt_recurrence {
    var pass = dpt_recurrence()
    weights.lend(to: &pass, context)
    pass.steps = input.steps
    pass.batch = input.batch
    pass.endSample = input.batch
    pass.precision = input.base.precision.kernel
    pass.x = UnsafeRawPointer(input.base.address)
    pass.xStride = input.stride
    pass.reverse = isReverse
    pass.fetchesAhead = shardSums.exceedsCaches
    pass.gates = context.arena.values(gates).address
    pass.h = context.arena.values(h).address
    pass.dh = context.arena[dh]
    pass.scratch = context.arena.scratch.baseAddress
    if let starts = input.starts {
      pass.starts = starts
      pass.before = context.arena.values(before).address
      if continues, let initial {
        pass.initialH = UnsafeRawPointer(context.arena.values(initial.h).address)
        pass.initialC = initial.c.map { UnsafePointer(context.arena[$0]) }
      }
    }
    if let cell {
      pass.c = context.arena[cell.c]
      pass.tanhC = context.arena.values(cell.tanhC).address
      pass.dc = context.arena[cell.dc]
    }
    return pass
  }
}
