import CKernels
import Tensors

/// The weights of one direction of one recurrent level, and their use in the gates.
///
/// Each gate is padded to whole groups of lanes, so that a lane has the same unit in every gate.
struct RecurrentWeights {
  /// `hidden` rows of a parameter that add to a gate.
  struct Share {
    let gate: Int
    let parameter: Parameter
    /// The start of the rows in the parameter.
    let offset: Int
  }

  let parameters: [Parameter]
  let gates: Int
  let inputs: Int
  let hidden: Int
  let inputShares, hiddenShares: [Share]
  let biasShares: [(first: Share, second: Share?)]
  /// Shares that are contiguous in the gates and in one parameter, so that one product gives their gradients.
  let inputRuns, hiddenRuns: [(first: Share, count: Int)]
  private let biasRuns: [(first: Share, second: Share?, count: Int)]

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

    /// Whether a bias is `count` places after another, both in the gates and in its parameter.
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

  var padded: Int { paddedToLanes(hidden) }
  /// Floats of a row of all gates.
  var width: Int { gates * padded }
  /// Multiply-adds of one step of one sample.
  var products: Int { inputProducts + hidden * hiddenShares.count * hidden }
  /// Multiply-adds with the inputs in one step of one sample.
  var inputProducts: Int { hidden * inputShares.count * inputs }

  /// Computes the gradients of all parameters, over the shards of `program`, from those of the gates. `before` has the
  /// hidden state before every step. If it `runsTogether`, one pass through the gates gives all.
  func gradients(
    input: TensorView, before: TensorView, gates: TensorView, program: dpt_shard_program, to target: GradientTarget,
    runsTogether: Bool, _ context: StepContext
  ) {
    func place(_ share: Share) -> UnsafeMutablePointer<Float> { target[share.parameter] + share.offset }
    if runsTogether {
      return withUnsafeTemporaryAllocation(
        of: dpt_outer_product.self, capacity: inputRuns.count + hiddenRuns.count
      ) { products in
        withUnsafeTemporaryAllocation(of: dpt_row_sums.self, capacity: biasRuns.count) { sums in
          var count = 0
          forEachRun(input: input, before: before) { factor, run in
            products.initializeElement(
              at: count,
              to: context.weightProduct(
                input: factor, output: gates, firstColumn: run.first.gate * padded, outputs: hidden, gates: run.count,
                alongOutputs: true, target: place(run.first)))
            count += 1
          }
          for (index, run) in biasRuns.enumerated() {
            sums.initializeElement(
              at: index,
              to: context.biasSums(
                output: gates, firstColumn: run.first.gate * padded, outputs: hidden, gates: run.count,
                target: place(run.first), second: run.second.map(place)))
          }
          var program = program
          dpt_weight_gradients(products.baseAddress, count, sums.baseAddress, biasRuns.count, &program)
        }
      }
    }
    forEachRun(input: input, before: before) { factor, run in
      context.weightGradient(
        input: factor, output: gates, firstColumn: run.first.gate * padded, outputs: hidden, gates: run.count,
        target: place(run.first), program: program)
    }
    for run in biasRuns {
      context.biasGradient(
        output: gates, firstColumn: run.first.gate * padded, outputs: hidden, gates: run.count,
        target: place(run.first), second: run.second.map(place), program: program)
    }
  }

  /// Calls `body` with the inputs or states of each product, and its shares. A loop over an array of both would allocate.
  private func forEachRun(
    input: TensorView, before: TensorView, _ body: (_ factor: TensorView, _ run: (first: Share, count: Int)) -> Void
  ) {
    for run in inputRuns { body(input, run) }
    for run in hiddenRuns { body(before, run) }
  }
}
