import CKernels
import Tensors

/// The pass of batch normalization, followed by a ReLU if `appliesReLU`.
final class BatchNormPass: Pass {
  /// The largest squared distance, in variances, of a mean from the shift of its sums. It bounds the growth of rounding.
  private static let farness: Float = 4

  private let layer: BatchNorm
  private let appliesReLU: Bool
  private let output: OutputRows
  /// For each group of samples, rows with a float per channel: mean, and 1/√(σ² + ε).
  private let mean, inverse: ArenaPlan.Slot
  /// Two sums of each shard, a float per channel each; then those of the batch, if it is the group.
  private let sums: ArenaPlan.Slot
  /// Rows with a float per channel: the coefficients of a kernel for one group.
  private let factor, shift, second, third: ArenaPlan.Slot
  /// Each shard's number of values per channel, if batches are ragged.
  private let counts: ArenaPlan.Slot
  private let givesInputGradient: Bool
  /// The last inputs, and whether the pass that follows has summed the gradients of the outputs.
  private var input: TensorView?
  private var areGradientsSummed = false
  /// Where each sample's rows start in the last batch, if it is ragged; if so, its number of values per channel on all ranks.
  private var starts: UnsafePointer<Int32>?
  private var countedValues = 0

  init(
    _ layer: BatchNorm, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, appliesReLU: Bool,
    output: OutputRows? = nil
  ) {
    self.layer = layer
    self.appliesReLU = appliesReLU
    let padded = paddedToLanes(layer.outputShape.features)
    let groups = layer.statistics == .shard ? plan.shards : 1
    self.output = output ?? OutputRows(&plan, shape: layer.outputShape, batch: batch)
    mean = plan.persistent(groups * padded)
    inverse = plan.persistent(groups * padded)
    sums = plan.persistent(2 * max(1, plan.shards) * padded)
    factor = plan.persistent(padded)
    shift = plan.persistent(padded)
    second = plan.persistent(padded)
    third = plan.persistent(padded)
    counts = plan.persistent(plan.shards * paddedToLanes(1))
    givesInputGradient = wantsInputGradient
  }

  /// Whether statistics are those of the batch or the shards.
  func measures(_ context: StepContext) -> Bool { context.isTraining && !running.areFrozen }

  /// Whether β or γ learns in this step.
  private var learns: Bool { layer.weight?.isFrozen == false || layer.bias?.isFrozen == false }

  private var isRagged: Bool { starts != nil }
  private var running: RunningStatistics { layer.running }
  private var channels: Int { layer.outputShape.features }
  private var padded: Int { paddedToLanes(channels) }

  /// Normalizes with the statistics of the batch or the shards in training, otherwise with the running ones.
  /// - Throws: `Failure` if the ranks cannot exchange sums; `Failure` (system) if there is not enough memory.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    try forward(input, areSummed: false, context)
  }

  /// The same. If the inputs' moments `areSummed`, `beginSums` and `addMoments` have been called for all samples.
  /// - Throws: as the other.
  func forward(_ input: TensorView, areSummed: Bool, _ context: StepContext) throws -> TensorView {
    let arena = context.arena
    self.input = input
    areGradientsSummed = false
    starts = input.starts
    if measures(context) {
      context.increment(running.tracked)
      switch layer.statistics {
      case .batch: try measureBatch(input, areSummed: areSummed, context)
      case .shard: measureShards(input, context)
      }
    } else {
      for channel in 0..<channels {
        arena[mean][channel] = context.values(ofBuffer: running.mean)[channel]
        let variance = context.values(ofBuffer: running.variance)[channel]
        arena[inverse][channel] = 1 / (variance + layer.epsilon).squareRoot()
      }
    }
    let result = output.view(like: input, columns: channels, context)
    let (factor, shift) = (arena[factor], arena[shift])
    if let bias = layer.bias {
      shift.update(from: context.values(bias), count: channels)
    } else {
      shift.update(repeating: 0, count: channels)
    }
    for group in 0..<groups(context).count {
      let mean = arena[mean] + group * padded
      setFactor(group: group, context)
      groups(context).forEachRange(of: group, in: input) { rows in
        var pass = dpt_row_pass(input: input, result: result, rows: rows)
        dpt_scale_rows(&pass, mean, factor, shift, appliesReLU)
      }
    }
    return result
  }

  /// Starts the sums of a batch whose statistics are its own.
  func beginSums(_ context: StepContext) {
    context.arena[sums].update(repeating: 0, count: 2 * padded * context.shards.reduction.shards.count)
  }

  /// Adds the moments of the inputs up to the sample `end`, as far as they make whole blocks, to those before.
  func addMoments(_ input: TensorView, to end: Int, _ progress: inout dpt_shard_progress, _ context: StepContext) {
    var rows = kernelRows(input)
    var program = context.shards.kernelProgram(over: input)
    dpt_batch_norm_moments(
      &rows, context.values(ofBuffer: running.mean), context.arena[sums], padded, &program, &progress, end)
  }

  private func measureBatch(_ input: TensorView, areSummed: Bool, _ context: StepContext) throws {
    let reducer = try batchSums(context).forward
    let sums = context.arena[sums]
    var rows = kernelRows(input)
    var program = context.shards.kernelProgram(over: input)
    var areSummed = areSummed
    try measure(sums, group: 0, context) { shift in
      if !areSummed {
        beginSums(context)
        var progress = program.beginning
        dpt_batch_norm_moments(&rows, shift, sums, padded, &program, &progress, program.end)
      }
      // A second call has another shift.
      areSummed = false
      context.shards.join(sums, stride: 2 * padded, count: 2 * padded) { node, sum in
        (reducer.nodes + node * reducer.stride).update(from: sum, count: 2 * padded)
      }
      if isRagged {
        joinCounts(context) { node, count in (reducer.nodes + node * reducer.stride)[2 * padded] = count }
      }
      try context.batchSums.reduce(reducer)
      // Copy the result: the ranks of a machine may share its memory.
      sums.update(from: reducer.result, count: 2 * padded)
      if isRagged { countedValues = Int(reducer.result[2 * padded]) }
    }
    running.update(first: sums, second: sums + padded, groups: 1, count: valueCount(of: 0, context), context)
  }

  /// The sums over the batch, followed by the number of values if the batch is ragged.
  private func batchSums(_ context: StepContext) throws -> BatchSums.Pair {
    try context.batchSums.pair(of: layer, count: 2 * padded + (isRagged ? paddedToLanes(1) : 0))
  }

  /// Adds the shards' numbers of values in the tree.
  private func joinCounts(_ context: StepContext, emit: (_ node: Int, _ count: Float) -> Void) {
    let (counts, stride) = (context.arena[counts], paddedToLanes(1))
    let groups = groups(context)
    for shard in 0..<context.shards.reduction.shards.count {
      counts[shard * stride] = Float(groups.valueCount(ofShard: shard))
    }
    context.shards.join(counts, stride: stride, count: 1) { emit($0, $1[0]) }
  }

  /// The number of values per channel in a group, on all ranks.
  private func valueCount(of group: Int, _ context: StepContext) -> Int {
    isRagged && layer.statistics == .batch ? countedValues : groups(context).valueCount(of: group)
  }

  private func measureShards(_ input: TensorView, _ context: StepContext) {
    let sums = context.arena[sums]
    var rows = kernelRows(input)
    for group in 0..<groups(context).count {
      let own = sums + 2 * group * padded
      var program = context.shards.kernelProgram(ofShard: group, over: input)
      measure(own, group: group, context) { shift in
        own.update(repeating: 0, count: 2 * padded)
        var progress = program.beginning
        dpt_batch_norm_moments(&rows, shift, own, padded, &program, &progress, program.end)
      }
    }
    context.shards.join(sums, stride: 2 * padded, count: 2 * padded) { node, sums in
      context.sums(ofBuffer: running.mean, node: node).update(from: sums, count: channels)
      context.sums(ofBuffer: running.variance, node: node).update(from: sums + padded, count: channels)
    }
    guard isRagged else { return }
    joinCounts(context) { node, count in
      context.sums(ofBuffer: running.mean, node: node)[context.distanceOfCounts] = count
    }
  }

  /// Computes a group's mean and 1/√(σ² + ε). `add` writes Σ (x − shift) and Σ (x − shift)² to `sums`, which then become
  /// Σ (x − running mean) and Σ (x − mean)².
  ///
  /// The variance is Σ (x − shift)²/N minus the squared distance of the mean from the shift. It is exact to float32 if that
  /// distance is small compared to the deviation. The first shift is the running mean. If that is far from the group's mean
  /// in any channel, as in the first step on raw numbers, a second pass uses the mean of the first one as its shift. All
  /// ranks see the same sums and decide alike.
  private func measure(
    _ sums: UnsafeMutablePointer<Float>, group: Int, _ context: StepContext,
    add: (_ shift: UnsafePointer<Float>) throws -> Void
  ) rethrows {
    let runningMean = context.values(ofBuffer: running.mean)
    let mean = context.arena[mean] + group * padded
    let inverse = context.arena[inverse] + group * padded
    /// Whether any channel's mean is far from its shift.
    func finish(_ count: Float, shift: UnsafePointer<Float>) -> Bool {
      var isFar = false
      for channel in 0..<channels {
        let offset = sums[channel] / count
        let variance = max(0, sums[padded + channel] / count - offset * offset)
        isFar = isFar || offset * offset > BatchNormPass.farness * (variance + layer.epsilon)
        mean[channel] = shift[channel] + offset
        inverse[channel] = 1 / (variance + layer.epsilon).squareRoot()
        sums[padded + channel] = variance * count
      }
      return isFar
    }
    try add(runningMean)
    // In a ragged batch, the count is known only after `add`.
    let count = Float(valueCount(of: group, context))
    // A last small batch may have shards without samples.
    guard count > 0, finish(count, shift: runningMean) else { return }
    try add(mean)
    _ = finish(count, shift: mean)
    for channel in 0..<channels { sums[channel] = (mean[channel] - runningMean[channel]) * count }
  }

  /// Updates the running values, if the statistics are by shard.
  func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    guard layer.sumsBuffers, !running.areFrozen else { return }
    let first = sums + running.mean.offset
    let shape = layer.outputShape
    let count =
      isRagged ? Int(first[context.distanceOfCounts]) : context.batchCount * shape.steps * shape.positions
    running.update(
      first: first, second: sums + running.variance.offset, groups: context.shards.filledShards, count: count, context)
  }

  /// With N values per channel in a group: dx = γ/√(σ² + ε) · (dy − (Σ dy)/N − x̂ (Σ dy·x̂)/N) in each group, and
  /// ∂ℓ/∂β = Σ dy, ∂ℓ/∂γ = Σ dy·x̂ over all groups. With frozen statistics dx = γ/√(σ² + ε) · dy.
  /// - Throws: as `forward`.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    if running.areFrozen {
      var norm = frozenCombination(gradient, input, context)
      guard givesInputGradient else { return nil }
      var pass = dpt_row_pass(input: input, gradient: gradient, result: gradient)
      dpt_combine_rows(&pass, &norm)
      return gradient
    }
    switch layer.statistics {
    case .batch:
      let sums = try sumGradients(gradient, input, context)
      if givesInputGradient { combine(gradient, input, group: 0, sums: sums, context) }
    case .shard:
      let sums = context.arena[sums]
      for group in 0..<groups(context).count {
        let own = sums + 2 * group * padded
        var program = context.shards.kernelProgram(ofShard: group, over: input)
        var progress = program.beginning
        setFactor(group: group, context)
        own.update(repeating: 0, count: 2 * padded)
        var rows = gradientRows(gradient, input, group: group, context)
        dpt_batch_norm_gradients(&rows, own, padded, &program, &progress, program.end)
        if givesInputGradient { combine(gradient, input, group: group, sums: own, context) }
      }
      context.shards.join(sums, stride: 2 * padded, count: 2 * padded) { store($1, node: $0, context) }
    }
    return givesInputGradient ? gradient : nil
  }

  /// How the gradient of the inputs is combined from that of the outputs and the inputs, if the statistics are the batch's; writes
  /// the gradients of β and γ.
  /// - Throws: as `forward`.
  func combination(
    _ gradient: TensorView, input: TensorView, _ context: StepContext
  ) throws -> dpt_norm_gradient {
    if running.areFrozen { return frozenCombination(gradient, input, context) }
    let sums = try sumGradients(gradient, input, context)
    return combination(group: 0, sums: sums, context)
  }

  /// The same if the statistics are the running ones, which are constants: dx = γ/√(σ² + ε) · dy.
  private func frozenCombination(
    _ gradient: TensorView, _ input: TensorView, _ context: StepContext
  ) -> dpt_norm_gradient {
    let arena = context.arena
    setFactor(group: 0, context)
    // Without these sums, the program clears the gradients of β and γ.
    if learns {
      sumShards(gradient, input, context)
      context.shards.join(arena[sums], stride: 2 * padded, count: 2 * padded) { store($1, node: $0, context) }
    }
    arena[second].update(repeating: 0, count: channels)
    arena[third].update(repeating: 0, count: channels)
    return dpt_norm_gradient(
      mean: arena[mean], a: arena[factor], b: arena[second], c: arena[third],
      factor: appliesReLU ? arena[factor] : nil, shift: appliesReLU ? arena[shift] : nil)
  }

  /// Has a pass that writes the gradient of the outputs sum what is needed of it.
  func sumGradients(in pass: inout dpt_convolution_backward, gradient: TensorView, _ context: StepContext) {
    guard let input, learns || !running.areFrozen else { return }
    setFactor(group: 0, context)
    beginSums(context)
    pass.sums = true
    pass.before = gradientRows(gradient, input, group: 0, context)
    pass.beforeSums = context.arena[sums]
    pass.beforeGap = padded
    areGradientsSummed = true
  }

  /// Stores the nodes' sums as gradients, and returns those of the batch if the inputs' gradient is wanted.
  private func sumGradients(
    _ gradient: TensorView, _ input: TensorView, _ context: StepContext
  ) throws -> UnsafePointer<Float> {
    let reducer = try batchSums(context).backward
    sumShards(gradient, input, context)
    context.shards.join(context.arena[sums], stride: 2 * padded, count: 2 * padded) { node, sum in
      (reducer.nodes + node * reducer.stride).update(from: sum, count: 2 * padded)
      store(sum, node: node, context)
    }
    if givesInputGradient { try context.batchSums.reduce(reducer) }
    return UnsafePointer(reducer.result)
  }

  /// Sums dy and dy·x̂ of each shard with the statistics of the one group, unless the pass that follows has done so.
  private func sumShards(_ gradient: TensorView, _ input: TensorView, _ context: StepContext) {
    defer { areGradientsSummed = false }
    guard !areGradientsSummed else { return }
    setFactor(group: 0, context)
    beginSums(context)
    var rows = gradientRows(gradient, input, group: 0, context)
    var program = context.shards.kernelProgram(over: input)
    var progress = program.beginning
    dpt_batch_norm_gradients(&rows, context.arena[sums], padded, &program, &progress, program.end)
  }

  /// What dy and dy·x̂ are summed of, with a group's mean and deviation.
  private func gradientRows(
    _ gradient: TensorView, _ input: TensorView, group: Int, _ context: StepContext
  ) -> dpt_batch_norm_sums {
    let arena = context.arena
    return dpt_batch_norm_sums(
      x: kernelRows(input), dy: gradient.base.address, dyStride: gradient.stride,
      mean: arena[mean] + group * padded, inverse: arena[inverse] + group * padded,
      factor: appliesReLU ? arena[factor] : nil, shift: appliesReLU ? arena[shift] : nil)
  }

  /// Stores a node's Σ dy and Σ dy·x̂ as the gradients of β and γ, if there are any.
  private func store(_ sums: UnsafeMutablePointer<Float>, node: Int, _ context: StepContext) {
    guard let weight = layer.weight, let bias = layer.bias else { return }
    (context.gradient(bias) + node * context.nodeStride).update(from: sums, count: channels)
    (context.gradient(weight) + node * context.nodeStride).update(from: sums + padded, count: channels)
  }

  /// Overwrites a group's dy with dx.
  private func combine(
    _ gradient: TensorView, _ input: TensorView, group: Int, sums: UnsafePointer<Float>, _ context: StepContext
  ) {
    guard valueCount(of: group, context) > 0 else { return }
    var norm = combination(group: group, sums: sums, context)
    groups(context).forEachRange(of: group, in: input) { rows in
      var pass = dpt_row_pass(input: input, gradient: gradient, result: gradient, rows: rows)
      dpt_combine_rows(&pass, &norm)
    }
  }

  /// What dx of a group is combined from, given its sums.
  private func combination(group: Int, sums: UnsafePointer<Float>, _ context: StepContext) -> dpt_norm_gradient {
    let arena = context.arena
    let (a, b, c) = (arena[factor], arena[second], arena[third])
    let inverse = arena[inverse] + group * padded
    let count = Float(valueCount(of: group, context))
    for channel in 0..<channels {
      b[channel] = -sums[padded + channel] / count * inverse[channel]
      c[channel] = sums[channel] / count
    }
    let isLone = count == 1
    if isLone { b.update(repeating: 0, count: channels) }
    return dpt_norm_gradient(
      mean: arena[mean] + group * padded,
      // A single value is its own mean, so its gradient is 0, which rounding would miss.
      a: isLone ? b : a, b: b, c: c, factor: appliesReLU ? a : nil, shift: appliesReLU ? arena[shift] : nil)
  }

  /// Sets the factor that a group's values are scaled by.
  private func setFactor(group: Int, _ context: StepContext) {
    let (factor, inverse) = (context.arena[factor], context.arena[inverse] + group * padded)
    guard let weight = layer.weight else { return factor.update(from: inverse, count: channels) }
    for channel in 0..<channels { factor[channel] = context.values(weight)[channel] * inverse[channel] }
  }

  /// The groups of samples that share statistics.
  private func groups(_ context: StepContext) -> NormalizationGroups {
    NormalizationGroups(
      areShards: measures(context) && layer.statistics == .shard, shape: layer.outputShape, shards: context.shards,
      starts: starts)
  }

  private func kernelRows(_ view: TensorView) -> dpt_rows {
    let view = view.asRows
    return dpt_rows(
      precision: view.base.precision.kernel, base: view.base.address, stride: view.stride,
      outerStride: view.batch * view.positions * view.stride, outer: view.steps, positions: view.positions,
      columns: channels)
  }
}
