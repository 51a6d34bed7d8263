import CKernels
import Tensors

/// The packed weights of one direction of a recurrent level.
struct PackedRecurrentWeights {
  private let weights: RecurrentWeights
  private let precision: dpt_precision
  /// Whether all gradients are computed together: if they are large.
  private let runsTogether: Bool
  private let input, hidden, hiddenBack, bias: ArenaPlan.Slot
  /// For the gradient of the input, if it is wanted.
  private let inputBack: ArenaPlan.Slot?

  /// Reserves memory for the weights, and for products with the gradients of up to `rows` rows.
  init(_ weights: RecurrentWeights, _ plan: inout ArenaPlan, rows: Int, wantsInputGradient: Bool) {
    self.weights = weights
    let precision = plan.precision.kernel
    self.precision = precision
    let (inputs, units) = (weights.inputs, weights.hidden)
    let (inputShares, hiddenShares) = (weights.inputShares.count, weights.hiddenShares.count)
    for (width, runs) in [(inputs, weights.inputRuns), (units, weights.hiddenRuns)] {
      for run in runs {
        plan.sharedScratch(dpt_weight_gradient_scratch(precision, width, run.count * weights.padded, plan.shards))
        // The gradient of a single gate may be computed transposed.
        if run.count == 1 { plan.sharedScratch(dpt_weight_gradient_scratch(precision, units, width, plan.shards)) }
      }
    }
    plan.sharedScratch(dpt_weight_gradients_scratch(precision, inputs, units, weights.width, plan.shards))
    runsTogether = dpt_weight_gradients_scratch(precision, inputs, units, weights.width, 1) > 0
    if wantsInputGradient {
      plan.sharedScratch(dpt_product_scratch(precision, rows, inputShares * (units + units % 2)))
    }
    input = plan.persistent(inputShares * dpt_packed_count(inputs, units))
    hidden = plan.persistent(hiddenShares * dpt_packed_count(units, units))
    hiddenBack = plan.persistent(dpt_packed_count(hiddenShares * units, units))
    bias = plan.persistent(weights.width)
    inputBack = wantsInputGradient ? plan.persistent(dpt_packed_count(inputShares * units, inputs)) : nil
  }

  func pack(_ context: StepContext) {
    let arena = context.arena
    packForwards(weights.inputShares, columns: weights.inputs, into: arena[input], context)
    packForwards(weights.hiddenShares, columns: weights.hidden, into: arena[hidden], context)
    for share in weights.biasShares {
      let bias = arena[bias] + share.first.gate * weights.padded
      bias.update(from: values(share.first, context), count: weights.hidden)
      guard let second = share.second else { continue }
      let values = values(second, context)
      for unit in 0..<weights.hidden { bias[unit] += values[unit] }
    }
    packBack(weights.hiddenShares, columns: weights.hidden, into: arena[hiddenBack], context)
    if let inputBack { packBack(weights.inputShares, columns: weights.inputs, into: arena[inputBack], context) }
  }

  /// Packs the rows of all shares, one share after the other.
  private func packForwards(
    _ shares: [RecurrentWeights.Share], columns: Int, into packed: UnsafeMutablePointer<Float>, _ context: StepContext
  ) {
    for (place, share) in shares.enumerated() {
      dpt_pack_transposed(
        values(share, context), weights.hidden, columns, columns, packed + place * weights.padded * columns)
    }
    dpt_round_panels(precision, packed, shares.count * weights.padded / Int(DPT_LANES), 1, columns)
  }

  /// Packs the rows of all shares, one share below the other, for products that sum over the gates.
  private func packBack(
    _ shares: [RecurrentWeights.Share], columns: Int, into packed: UnsafeMutablePointer<Float>, _ context: StepContext
  ) {
    let (lanes, hidden) = (Int(DPT_LANES), weights.hidden)
    for first in stride(from: 0, to: columns, by: lanes) {
      for (place, share) in shares.enumerated() {
        dpt_pack(
          values(share, context) + first, hidden, min(lanes, columns - first), columns,
          packed + (first * shares.count + place * lanes) * hidden)
      }
    }
    dpt_round_panels(precision, packed, paddedToLanes(columns) / lanes, shares.count, hidden)
  }

  private func values(_ share: RecurrentWeights.Share, _ context: StepContext) -> UnsafeMutablePointer<Float> {
    context.values(share.parameter) + share.offset
  }

  /// Sets a recurrence's pointers to the packed weights.
  func lend(to recurrence: inout dpt_recurrence, _ context: StepContext) {
    recurrence.hidden = weights.hidden
    recurrence.padded = weights.padded
    recurrence.inputs = weights.inputs
    recurrence.inputColumns = weights.inputShares.count * weights.padded
    recurrence.inputWeights = UnsafePointer(context.arena[input])
    recurrence.recurrent = UnsafePointer(context.arena[hidden])
    recurrence.recurrentBack = UnsafePointer(context.arena[hiddenBack])
    recurrence.bias = UnsafePointer(context.arena[bias])
  }

  /// The gradients of the parameters (`RecurrentWeights.gradients`).
  func gradients(
    input: TensorView, before: TensorView, gates: TensorView, program: dpt_shard_program, to target: GradientTarget,
    _ context: StepContext
  ) {
    weights.gradients(
      input: input, before: before, gates: gates, program: program, to: target, runsTogether: runsTogether, context)
  }

  /// Writes the gradient of the input to `result`, or adds it if `adding`. Does nothing if it is not wanted.
  func inputGradient(gates: TensorView, into result: TensorView?, adding: Bool, _ context: StepContext) {
    guard let inputBack, let result else { return }
    var product = dpt_product()
    product.precision = precision
    product.a = UnsafeRawPointer(gates.base.address)
    product.aStride = gates.stride
    product.segments = weights.inputShares.count
    product.segmentLength = weights.hidden
    product.segmentStride = weights.padded
    product.b = UnsafePointer(context.arena[inputBack])
    product.c = result.base.address
    product.cStride = result.stride
    product.rows = result.rows
    product.columns = weights.inputs
    product.start = adding ? DPT_START_OUTPUT : DPT_START_ZERO
    product.scratch = context.arena.scratch.baseAddress
    dpt_multiply(&product)
  }
}
