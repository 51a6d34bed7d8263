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
  private let steps: Int
  private let shardSums: ShardSums
  private let gates, h, dh: ArenaPlan.Slot
  /// The cell state, its tanh, and its gradient; only for LSTM.
  private let cell: (c: ArenaPlan.Slot, tanhC: ArenaPlan.Slot, dc: ArenaPlan.Slot)?
  /// The carried states of training and of evaluation; only for stateful layers.
  private let carried: (training: Carried, evaluation: Carried)?
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
    self.steps = steps
    let (rows, padded) = (steps * batch, recurrence.weights.padded)
    let hasCellState = recurrence.cell.hasCellState
    weights = PackedRecurrentWeights(recurrence.weights, &plan, wantsInputGradient: wantsInputGradient)
    shardSums = ShardSums(
      recurrence.weights.parameters, &plan,
      floats: rows * (recurrence.weights.width + (hasCellState ? 3 : 1) * padded))
    gates = plan.activation(rows * recurrence.weights.width)
    h = plan.activation((rows + batch) * padded)
    dh = plan.backwardScratch(batch * padded)
    cell =
      hasCellState
      ? (plan.activation((rows + batch) * padded), plan.activation(rows * padded), plan.backwardScratch(batch * padded))
      : nil
    func carried() -> Carried {
      Carried(h: plan.persistent(batch * padded), c: hasCellState ? plan.persistent(batch * padded) : nil)
    }
    self.carried = isStateful ? (carried(), carried()) : nil
    stateGradients = plan.keepsOutputs ? plan.persistent(rows * padded) : nil
  }

  private var hidden: Int { recurrence.weights.hidden }
  private var padded: Int { recurrence.weights.padded }
  private var isReverse: Bool { recurrence.isReverse }

  /// Runs all steps, from the carried state if `continues`, otherwise from zero.
  func forward(_ input: TensorView, continues: Bool, _ context: StepContext) {
    let arena = context.arena
    let carried = carried.map { context.isTraining ? $0.training : $0.evaluation }
    let state = input.batch * padded
    let initial = (isReverse ? input.steps : 0) * state
    func start(_ states: ArenaPlan.Slot, from carried: ArenaPlan.Slot?) {
      if continues, let carried {
        (arena[states] + initial).update(from: arena[carried], count: state)
      } else {
        (arena[states] + initial).update(repeating: 0, count: state)
      }
    }
    start(h, from: carried?.h)
    if let cell { start(cell.c, from: carried?.c) }
    var pass = kernelPass(input, context)
    recurrence.cell.forward(&pass)
    guard let carried else { return }
    copyLast(of: h, samples: input.batch, to: arena[carried.h], stride: padded, context)
    if let cell, let c = carried.c {
      copyLast(of: cell.c, samples: input.batch, to: arena[c], stride: padded, context)
    }
  }

  /// The states after each step of the last batch, and their gradients if they are kept.
  func trace(samples: Int, _ context: StepContext) -> RecurrentTrace {
    let states = states(samples: samples, context)
    return RecurrentTrace(
      name: String(recurrence.suffix.dropFirst()), isReverse: isReverse, hidden: states,
      cell: cell.map {
        states.with(base: context.arena[$0.c] + (isReverse ? 0 : 1) * samples * padded, columns: hidden)
      },
      hiddenGradient: stateGradients.map { states.with(base: context.arena[$0], columns: hidden) })
  }

  /// Pointers to the rows of training's carried states: hidden states, and cell states if there are any.
  func carriedRows(_ context: StepContext) -> [UnsafeMutablePointer<Float>] {
    guard let carried = carried?.training else { return [] }
    return [carried.h, carried.c].compactMap { $0.map { context.arena[$0] } }
  }

  /// The hidden states after each step.
  func states(samples: Int, _ context: StepContext) -> TensorView {
    states(isReverse ? 0 : 1, samples: samples, context)
  }

  /// Copies the hidden states after each step to rows of `target`.
  func copyStates(samples: Int, to target: UnsafeMutablePointer<Float>, stride: Int, _ context: StepContext) {
    let states = states(samples: samples, context)
    for row in 0..<states.rows {
      (target + row * stride).update(from: states.base + row * padded, count: hidden)
    }
  }

  /// The states from block `first` on; there is one block more than steps.
  private func states(_ first: Int, samples: Int, _ context: StepContext) -> TensorView {
    TensorView(
      base: context.arena[h] + first * samples * padded, steps: steps, batch: samples, columns: hidden, stride: padded)
  }

  /// Copies each sample's state after its last step to a row of `target`.
  func copyLast(samples: Int, to target: UnsafeMutablePointer<Float>, stride: Int, _ context: StepContext) {
    copyLast(of: h, samples: samples, to: target, stride: stride, context)
  }

  private func copyLast(
    of states: ArenaPlan.Slot, samples: Int, to target: UnsafeMutablePointer<Float>, stride: Int,
    _ context: StepContext
  ) {
    for sample in 0..<samples {
      let valid = context.lengths.map { Int($0[sample]) } ?? steps
      let row = context.arena[states] + ((isReverse ? 0 : valid) * samples + sample) * padded
      (target + sample * stride).update(from: row, count: hidden)
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
      pass.gradLast = UnsafePointer(gradient.base + firstColumn)
    } else {
      pass.gradAll = UnsafePointer(gradient.base + firstColumn)
    }
    if let stateGradients {
      context.arena[stateGradients].update(repeating: 0, count: input.rows * padded)
      pass.stateGradients = context.arena[stateGradients]
    }
    let width = recurrence.weights.width
    let gates = TensorView(
      base: context.arena[gates], steps: input.steps, batch: input.batch, columns: width, stride: width)
    let before = states(isReverse ? 1 : 0, samples: input.batch, context)
    shardSums.add(context) { program, samples, target in
      pass.firstSample = samples.lowerBound
      pass.endSample = samples.upperBound
      recurrence.cell.backward(&pass)
      recurrence.weights.gradients(
        input: input, before: before, gates: gates, program: program, to: target, context)
    }
    weights.inputGradient(gates: gates, into: result, adding: adding, context)
  }

  private func kernelPass(_ input: TensorView, _ context: StepContext) -> dpt_recurrence {
    var pass = dpt_recurrence()
    weights.lend(to: &pass, context)
    pass.steps = input.steps
    pass.batch = input.batch
    pass.endSample = input.batch
    pass.x = UnsafePointer(input.base)
    pass.xStride = input.stride
    pass.reverse = isReverse
    pass.lengths = context.lengths
    pass.fetchesAhead = shardSums.exceedsCaches
    pass.gates = context.arena[gates]
    pass.h = context.arena[h]
    pass.dh = context.arena[dh]
    if let cell {
      pass.c = context.arena[cell.c]
      pass.tanhC = context.arena[cell.tanhC]
      pass.dc = context.arena[cell.dc]
    }
    return pass
  }
}
