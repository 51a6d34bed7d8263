import CKernels
import Tensors

/// The weights of one direction of one recurrent layer: packed for the kernels, and their gradients.
///
/// Each gate is padded to whole lanes, so that a lane holds the same unit in every gate.
final class RecurrentWeights {
  /// `hidden` rows of a parameter that add to a gate.
  private struct Share {
    let gate: Int
    let parameter: Parameter
    /// Where the rows start in the parameter.
    let offset: Int
  }

  private struct Memory {
    let input, hidden, hiddenBack, bias: ArenaPlan.Slot
    /// Only where the gradient of the input is wanted.
    let inputBack: ArenaPlan.Slot?
  }

  let parameters: [Parameter]
  let gates: Int
  let inputs: Int
  let hidden: Int
  private let inputShares, hiddenShares: [Share]
  private let biasShares: [(first: Share, second: Share?)]
  /// Shares side by side in the gates and in one parameter, whose gradients are one product.
  private let inputRuns, hiddenRuns: [(first: Share, count: Int)]
  private let biasRuns: [(first: Share, second: Share?, count: Int)]
  private var memory: Memory?

  init(_ cell: RecurrentCell, inputs: Int, hidden: Int, suffix: String) {
    self.inputs = inputs
    self.hidden = hidden
    gates = cell.gates.count
    let uniform = Initialization.uniform(bound: 1 / Float(hidden).squareRoot())
    let columns = { (row: RecurrentCell.Tensor.Row) in
      switch row {
      case .inputs: inputs
      case .hidden: hidden
      case .bias: 1
      }
    }
    let parameters = cell.tensors.map { tensor in
      let rows = tensor.blocks * hidden
      return Parameter(
        tensor.name + suffix, shape: tensor.row == .bias ? [rows] : [rows, columns(tensor.row)],
        initialization: uniform)
    }
    func share(_ gate: Int, _ block: RecurrentCell.Block) -> Share {
      Share(
        gate: gate, parameter: parameters[block.tensor],
        offset: block.block * hidden * columns(cell.tensors[block.tensor].row))
    }
    self.parameters = parameters
    inputShares = cell.gates.enumerated().compactMap { index, gate in gate.input.map { share(index, $0) } }
    hiddenShares = cell.gates.enumerated().compactMap { index, gate in gate.hidden.map { share(index, $0) } }
    biasShares = cell.gates.enumerated().compactMap { index, gate in
      gate.biases.first.map { first in (share(index, first), gate.biases.dropFirst().first.map { share(index, $0) }) }
    }
    inputRuns = RecurrentWeights.runs(inputShares, size: hidden * inputs)
    hiddenRuns = RecurrentWeights.runs(hiddenShares, size: hidden * hidden)
    var biasRuns: [(first: Share, second: Share?, count: Int)] = []
    for (first, second) in biasShares {
      if let last = biasRuns.last, follows(first, last.first, last.count),
        second.map({ own in last.second.map { follows(own, $0, last.count) } ?? false }) ?? (last.second == nil)
      {
        biasRuns[biasRuns.count - 1].count += 1
      } else {
        biasRuns.append((first, second, 1))
      }
    }
    self.biasRuns = biasRuns

    /// Whether a bias stands `count` places behind another, in the gates and in its parameter.
    func follows(_ share: Share, _ first: Share, _ count: Int) -> Bool {
      share.parameter === first.parameter && share.gate == first.gate + count
        && share.offset == first.offset + count * hidden
    }
  }

  private static func runs(_ shares: [Share], size: Int) -> [(first: Share, count: Int)] {
    var runs: [(first: Share, count: Int)] = []
    for share in shares {
      if let (first, count) = runs.last, share.parameter === first.parameter, share.gate == first.gate + count,
        share.offset == first.offset + count * size
      {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((share, 1))
      }
    }
    return runs
  }

  private var padded: Int { paddedToLanes(hidden) }
  /// Floats of one row of all gates.
  var width: Int { gates * padded }
  /// Multiply-adds of one step of one sample.
  var products: Int { inputProducts + hidden * hiddenShares.count * hidden }
  /// Those of the inputs alone.
  var inputProducts: Int { hidden * inputShares.count * inputs }

  func plan(_ plan: inout ArenaPlan, wantsInputGradient: Bool) {
    for (width, runs) in [(inputs, inputRuns), (hidden, hiddenRuns)] {
      for run in runs {
        plan.sharedScratch(dpt_weight_gradient_scratch(width, run.count * padded, plan.shards))
        // The gradient of a single gate may run along the other side.
        if run.count == 1 { plan.sharedScratch(dpt_weight_gradient_scratch(hidden, width, plan.shards)) }
      }
    }
    memory = Memory(
      input: plan.persistent(inputShares.count * dpt_packed_count(inputs, hidden)),
      hidden: plan.persistent(hiddenShares.count * dpt_packed_count(hidden, hidden)),
      hiddenBack: plan.persistent(dpt_packed_count(hiddenShares.count * hidden, hidden)),
      bias: plan.persistent(width),
      inputBack: wantsInputGradient ? plan.persistent(dpt_packed_count(inputShares.count * hidden, inputs)) : nil)
  }

  func pack(_ context: StepContext) {
    guard let memory else { return }
    let arena = context.arena
    for (place, share) in inputShares.enumerated() {
      dpt_pack_transposed(
        values(share, context), hidden, inputs, inputs, arena[memory.input] + place * padded * inputs)
    }
    for (place, share) in hiddenShares.enumerated() {
      dpt_pack_transposed(
        values(share, context), hidden, hidden, hidden, arena[memory.hidden] + place * padded * hidden)
    }
    for share in biasShares {
      let bias = arena[memory.bias] + share.first.gate * padded
      bias.update(from: values(share.first, context), count: hidden)
      guard let second = share.second else { continue }
      let values = values(second, context)
      for unit in 0..<hidden { bias[unit] += values[unit] }
    }
    packBack(hiddenShares, columns: hidden, into: arena[memory.hiddenBack], context)
    if let back = memory.inputBack { packBack(inputShares, columns: inputs, into: arena[back], context) }
  }

  /// Packs the rows of all shares, one share below the other, for products that sum over the gates.
  private func packBack(
    _ shares: [Share], columns: Int, into packed: UnsafeMutablePointer<Float>, _ context: StepContext
  ) {
    let lanes = Int(DPT_LANES)
    for first in stride(from: 0, to: columns, by: lanes) {
      for (place, share) in shares.enumerated() {
        dpt_pack(
          values(share, context) + first, hidden, min(lanes, columns - first), columns,
          packed + (first * shares.count + place * lanes) * hidden)
      }
    }
  }

  private func values(_ share: Share, _ context: StepContext) -> UnsafeMutablePointer<Float> {
    context.values(share.parameter) + share.offset
  }

  /// Gives a recurrence the weights that its kernel reads.
  func lend(to recurrence: inout dpt_recurrence, _ context: StepContext) {
    guard let memory else { preconditionFailure("forward before plan") }
    recurrence.hidden = hidden
    recurrence.padded = padded
    recurrence.inputs = inputs
    recurrence.inputColumns = inputShares.count * padded
    recurrence.inputWeights = UnsafePointer(context.arena[memory.input])
    recurrence.recurrent = UnsafePointer(context.arena[memory.hidden])
    recurrence.recurrentBack = UnsafePointer(context.arena[memory.hiddenBack])
    recurrence.bias = UnsafePointer(context.arena[memory.bias])
  }

  /// The gradients of all parameters, over the shards of `program`, from those of the gates; `before` holds the hidden
  /// state before every step.
  func gradients(
    input: TensorView, before: TensorView, gates: TensorView, program: dpt_shard_program, to target: GradientTarget,
    _ context: StepContext
  ) {
    func place(_ share: Share) -> UnsafeMutablePointer<Float> { target[share.parameter] + share.offset }
    for (input, runs) in [(input, inputRuns), (before, hiddenRuns)] {
      for run in runs {
        context.weightGradient(
          input: input, output: gates, firstColumn: run.first.gate * padded, outputs: hidden, gates: run.count,
          target: place(run.first), program: program)
      }
    }
    for run in biasRuns {
      context.biasGradient(
        output: gates, firstColumn: run.first.gate * padded, outputs: hidden, gates: run.count,
        target: place(run.first), second: run.second.map(place), program: program)
    }
  }

  /// Writes the gradient of the input, or adds it to what is there.
  func inputGradient(gates: TensorView, into result: TensorView, adding: Bool, _ context: StepContext) {
    guard let packed = memory?.inputBack else { preconditionFailure("no input gradient was planned") }
    var product = dpt_product()
    product.a = UnsafePointer(gates.base)
    product.aStride = gates.stride
    product.segments = inputShares.count
    product.segmentLength = hidden
    product.segmentStride = padded
    product.b = UnsafePointer(context.arena[packed])
    product.c = result.base
    product.cStride = result.stride
    product.rows = result.rows
    product.columns = inputs
    product.start = adding ? DPT_START_OUTPUT : DPT_START_ZERO
    dpt_multiply(&product)
  }
}
