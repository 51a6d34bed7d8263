import CKernels
import Tensors

/// Which steps of a recurrent layer the next layer sees.
public enum RecurrentOutput: String, CaseIterable, Sendable {
  /// The hidden state after each sample's last valid step: shape [hiddenSize].
  case last
  /// The hidden states after all steps: shape [steps, hiddenSize].
  case all
}

/// What the recurrent layers share: parameters, memory, the products outside the recurrence, and their gradients.
///
/// All steps' inputs are projected by one product; a kernel then runs the recurrence in place on that buffer and, in
/// the backward pass, leaves the pre-activations' gradients there. Each gate is padded to whole lanes, so that a
/// lane holds the same unit in every gate.
final class Recurrence {
  /// [hiddenSize] or [steps, hiddenSize].
  let outputShape: Shape
  let operations: Int
  private let inputShape: Shape
  private let hidden: Int
  private let gates: Int
  private let output: RecurrentOutput
  private let weightInput: Parameter
  private let weightHidden: Parameter
  private let biasInput: Parameter
  private let biasHidden: Parameter
  private var memory: Memory?
  private var input: TensorView?

  private struct Memory {
    let packedInput, packedHidden, packedHiddenBack, bias: ArenaPlan.Slot
    let gates, h, dh, last: ArenaPlan.Slot
    /// Cell state, its tanh, and its gradient: LSTM only.
    let cell: (c: ArenaPlan.Slot, tanhC: ArenaPlan.Slot, dc: ArenaPlan.Slot)?
    /// Packed input weights of the backward pass, and the gradient they give.
    let back: (packed: ArenaPlan.Slot, gradient: ArenaPlan.Slot)?
  }

  private var padded: Int { paddedToLanes(hidden) }
  private var inputs: Int { inputShape.features }

  init(input: Shape, hiddenSize: Int, gates: Int, output: RecurrentOutput) {
    inputShape = input
    hidden = hiddenSize
    self.gates = gates
    self.output = output
    switch output {
    case .last: outputShape = .vector(hiddenSize)
    case .all: outputShape = .sequence(steps: input.steps, features: hiddenSize)
    }
    operations = 2 * input.steps * gates * hiddenSize * (input.features + hiddenSize)
    let uniform = Initialization.uniform(bound: 1 / Float(hiddenSize).squareRoot())
    let rows = gates * hiddenSize
    weightInput = Parameter("weight_ih_l0", shape: [rows, input.features], initialization: uniform)
    weightHidden = Parameter("weight_hh_l0", shape: [rows, hiddenSize], initialization: uniform)
    biasInput = Parameter("bias_ih_l0", shape: [rows], initialization: uniform)
    biasHidden = Parameter("bias_hh_l0", shape: [rows], initialization: uniform)
  }

  var parameters: [Parameter] { [weightInput, weightHidden, biasInput, biasHidden] }

  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, hasCell: Bool) {
    let steps = inputShape.steps
    let rows = steps * batch
    for width in [inputs, hidden] {
      plan.sharedScratch(dpt_weight_gradient_scratch(width, gates * padded, plan.shards))
    }
    memory = Memory(
      packedInput: plan.persistent(gates * dpt_packed_count(inputs, hidden)),
      packedHidden: plan.persistent(gates * dpt_packed_count(hidden, hidden)),
      packedHiddenBack: plan.persistent(dpt_packed_count(gates * hidden, hidden)),
      bias: plan.persistent(gates * padded),
      gates: plan.activation(rows * gates * padded),
      h: plan.activation((rows + batch) * padded),
      dh: plan.backwardScratch(batch * padded),
      last: plan.activation(batch * padded),
      cell: hasCell
        ? (
          plan.activation((rows + batch) * padded), plan.activation(rows * padded), plan.backwardScratch(batch * padded)
        ) : nil,
      back: wantsInputGradient
        ? (plan.persistent(dpt_packed_count(gates * hidden, inputs)), plan.inputGradient(rows * paddedToLanes(inputs)))
        : nil)
  }

  func pack(_ context: StepContext) {
    guard let memory else { return }
    let arena = context.arena
    let fromInput = context.values(weightInput)
    let fromHidden = context.values(weightHidden)
    for gate in 0..<gates {
      dpt_pack_transposed(
        fromInput + gate * hidden * inputs, hidden, inputs, inputs, arena[memory.packedInput] + gate * padded * inputs)
      dpt_pack_transposed(
        fromHidden + gate * hidden * hidden, hidden, hidden, hidden,
        arena[memory.packedHidden] + gate * padded * hidden)
      let bias = arena[memory.bias] + gate * padded
      let (first, second) = (context.values(biasInput) + gate * hidden, context.values(biasHidden) + gate * hidden)
      for unit in 0..<hidden { bias[unit] = first[unit] + second[unit] }
    }
    dpt_pack(fromHidden, gates * hidden, hidden, hidden, arena[memory.packedHiddenBack])
    if let back = memory.back {
      dpt_pack(fromInput, gates * hidden, inputs, inputs, arena[back.packed])
    }
  }

  /// Projects the inputs of all steps into the gates and clears the initial state; `run` then does the recurrence.
  func forward(
    _ input: TensorView, _ context: StepContext, run: (UnsafePointer<dpt_recurrence>) -> Void
  ) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let arena = context.arena
    var product = dpt_product()
    product.a = UnsafePointer(input.base)
    product.aStride = input.stride
    product.segments = 1
    product.segmentLength = inputs
    product.b = UnsafePointer(arena[memory.packedInput])
    product.bias = UnsafePointer(arena[memory.bias])
    product.c = arena[memory.gates]
    product.cStride = gates * padded
    product.rows = input.rows
    product.columns = gates * padded
    product.start = DPT_START_BIAS
    dpt_multiply(&product)

    let state = input.batch * padded
    arena[memory.h].update(repeating: 0, count: state)
    if let cell = memory.cell { arena[cell.c].update(repeating: 0, count: state) }
    var recurrence = recurrence(memory, input, arena)
    run(&recurrence)

    let h = arena[memory.h]
    switch output {
    case .all:
      return TensorView(base: h + state, steps: input.steps, batch: input.batch, columns: hidden, stride: padded)
    case .last:
      guard let lengths = context.lengths else {
        return TensorView(base: h + input.steps * state, batch: input.batch, columns: hidden, stride: padded)
      }
      let last = arena[memory.last]
      for sample in 0..<input.batch {
        (last + sample * padded).update(from: h + Int(lengths[sample]) * state + sample * padded, count: padded)
      }
      return TensorView(base: last, batch: input.batch, columns: hidden, stride: padded)
    }
  }

  /// `run` does the recurrence backwards; then the gradients of weights, biases and input follow as products.
  func backward(
    _ gradient: TensorView, _ context: StepContext, run: (UnsafePointer<dpt_recurrence>) -> Void
  ) -> TensorView? {
    guard let memory, let input else { preconditionFailure("backward before forward") }
    let arena = context.arena
    var recurrence = recurrence(memory, input, arena)
    recurrence.gradStride = gradient.stride
    switch output {
    case .all: recurrence.gradAll = UnsafePointer(gradient.base)
    case .last:
      recurrence.gradLast = UnsafePointer(gradient.base)
      recurrence.lengths = context.lengths
    }
    run(&recurrence)

    let gateGradients = TensorView(
      base: arena[memory.gates], steps: input.steps, batch: input.batch, columns: gates * padded,
      stride: gates * padded)
    let before = TensorView(
      base: arena[memory.h], steps: input.steps, batch: input.batch, columns: hidden, stride: padded)
    context.weightGradient(
      input: input, output: gateGradients, outputs: hidden, gates: gates, target: context.gradient(weightInput))
    context.weightGradient(
      input: before, output: gateGradients, outputs: hidden, gates: gates, target: context.gradient(weightHidden))
    context.biasGradient(
      output: gateGradients, outputs: hidden, gates: gates, target: context.gradient(biasInput),
      second: context.gradient(biasHidden))
    guard let back = memory.back else { return nil }
    let result = TensorView(
      base: arena[back.gradient], steps: input.steps, batch: input.batch, columns: inputs,
      stride: paddedToLanes(inputs))
    var product = dpt_product()
    product.a = UnsafePointer(gateGradients.base)
    product.aStride = gateGradients.stride
    product.segments = gates
    product.segmentLength = hidden
    product.segmentStride = padded
    product.b = UnsafePointer(arena[back.packed])
    product.c = result.base
    product.cStride = result.stride
    product.rows = result.rows
    product.columns = inputs
    product.start = DPT_START_ZERO
    dpt_multiply(&product)
    return result
  }

  private func recurrence(_ memory: Memory, _ input: TensorView, _ arena: Arena) -> dpt_recurrence {
    var recurrence = dpt_recurrence()
    recurrence.steps = input.steps
    recurrence.batch = input.batch
    recurrence.hidden = hidden
    recurrence.padded = padded
    recurrence.recurrent = UnsafePointer(arena[memory.packedHidden])
    recurrence.recurrentBack = UnsafePointer(arena[memory.packedHiddenBack])
    recurrence.gates = arena[memory.gates]
    recurrence.h = arena[memory.h]
    recurrence.dh = arena[memory.dh]
    if let cell = memory.cell {
      recurrence.c = arena[cell.c]
      recurrence.tanhC = arena[cell.tanhC]
      recurrence.dc = arena[cell.dc]
    }
    return recurrence
  }
}
