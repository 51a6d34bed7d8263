import CKernels
import Tensors

/// Batch normalization, as PyTorch's `nn.BatchNorm1d` and `nn.BatchNorm2d`:
///
///     y = γ (x − μ) / √(σ² + ε) + β,  μ and σ² per channel over samples, pixels, and steps that are there
///
/// `statistics` says over which samples: those of the global batch, whose sums go through the reduction tree (PyTorch on
/// one process), or those of each shard. `weight` (γ, from 1) and `bias` (β, from 0) are learned. `running_mean` and
/// `running_var` (with Bessel's correction) are used outside training, and `num_batches_tracked` counts the batches
/// behind them. Any input shape; channels last. Ioffe & Szegedy 2015; over shards: Hoffer, Hubara & Soudry 2017.
public final class BatchNorm: Layer, ReLUFusing {
  /// The samples over which mean and variance are taken in training.
  public enum Statistics: String, CaseIterable, Sendable {
    /// The global batch.
    case batch
    /// Each shard for itself, so that the passes wait for no other rank. The sums for the running values travel with the
    /// gradients: the mean over the batch, and the variance within shards, pooled.
    case shard
  }

  /// The square of as many deviations as a mean may lie from the shift of its sums: rounding counts for as many times more.
  private static let farness: Float = 4

  /// The recipe's name.
  public let kind = "batch-norm"
  /// The input's shape.
  public let outputShape: Shape
  /// Added to the variance.
  package let epsilon: Float
  /// What mean and variance are taken over in training.
  package let statistics: Statistics
  private let running: RunningStatistics
  private let weight, bias: Parameter
  private var fusesReLU = false
  private var memory: Memory?
  private var input: TensorView?
  private var output: TensorView?
  /// Whether the last batch had lengths, and if so the values of a channel in it, other ranks' included.
  private var hadLengths = false
  private var countedValues = 0

  private struct Memory {
    let output: ArenaPlan.Slot
    /// Rows of one float a channel, for each group of samples with statistics of its own: mean, 1/√(σ² + ε), two sums.
    let mean, inverse, sums: ArenaPlan.Slot
    /// Such a row for each coefficient of a pass over one group.
    let first, second, third: ArenaPlan.Slot
    /// The number of each shard's values of a channel, where samples have lengths.
    let counts: ArenaPlan.Slot
    let givesInputGradient: Bool
  }

  /// A layer for inputs of a shape; the running values take `momentum` of each new batch's, or with nil become the mean
  /// over all batches.
  public init(input: Shape, epsilon: Double = 1e-5, momentum: Double? = 0.1, statistics: Statistics = .batch) {
    outputShape = input
    self.epsilon = Float(epsilon)
    self.statistics = statistics
    running = RunningStatistics(input: input, momentum: momentum)
    func parameter(_ name: String, _ value: Float) -> Parameter {
      Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input)
    }
    weight = parameter("weight", 1)
    bias = parameter("bias", 0)
  }

  /// `weight` and `bias`.
  public var parameters: [Parameter] { [weight, bias] }
  /// `running_mean` and `running_var`.
  public var buffers: [Parameter] { [running.mean, running.variance] }
  /// Each batch's share in the running values; nil where all have the same.
  package var momentum: Double? { running.momentum }
  /// `num_batches_tracked`.
  public var counters: [Counter] { [running.tracked] }
  /// With statistics by shard.
  public var sumsBuffers: Bool { statistics == .shard }

  /// Negative outputs become 0 at once.
  public func fuseReLU() { fusesReLU = true }

  private var channels: Int { outputShape.features }
  private var padded: Int { paddedToLanes(channels) }

  /// Each step by itself; the statistics are those of the steps that are there.
  public var lengthRule: LengthRule { .kept }

  /// Reserves the outputs and a few rows of channels.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let groups = statistics == .shard ? plan.shards : 1
    memory = Memory(
      output: plan.activation(outputShape.paddedCount(batch: batch)),
      mean: plan.persistent(groups * padded), inverse: plan.persistent(groups * padded),
      sums: plan.persistent(2 * groups * padded), first: plan.persistent(padded), second: plan.persistent(padded),
      third: plan.persistent(padded), counts: plan.persistent(plan.shards * paddedToLanes(1)),
      givesInputGradient: wantsInputGradient)
  }

  /// Normalizes with the statistics of the batch or the shards in training, else with the running ones.
  /// - Throws: `Failure` where the ranks cannot exchange sums, or (system) memory is short.
  public func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    let arena = context.arena
    if context.isTraining {
      running.tracked.value += 1
      hadLengths = context.lengths != nil
      switch statistics {
      case .batch: try measureBatch(input, memory, context)
      case .shard: measureShards(input, memory, context)
      }
    } else {
      for channel in 0..<channels {
        arena[memory.mean][channel] = context.values(ofBuffer: running.mean)[channel]
        let variance = context.values(ofBuffer: running.variance)[channel]
        arena[memory.inverse][channel] = 1 / (variance + epsilon).squareRoot()
      }
    }
    let output = input.with(base: arena[memory.output], columns: channels)
    let (factor, shift) = (arena[memory.first], arena[memory.second])
    shift.update(from: context.values(bias), count: channels)
    for group in 0..<groups(context).count {
      let (mean, inverse) = (arena[memory.mean] + group * padded, arena[memory.inverse] + group * padded)
      for channel in 0..<channels { factor[channel] = context.values(weight)[channel] * inverse[channel] }
      groups(context).forEachStretch(of: group, in: input) { rows in
        var pass = dpt_row_pass(input: input, result: output, rows: rows)
        dpt_scale_rows(&pass, mean, factor, shift, fusesReLU)
      }
    }
    self.input = input
    self.output = output
    return output
  }

  private func measureBatch(_ input: TensorView, _ memory: Memory, _ context: StepContext) throws {
    let reducer = try batchSums(context).forward
    let sums = context.arena[memory.sums]
    var rows = kernelRows(input, context)
    var program = context.shards.kernelProgram
    try measure(sums, group: 0, memory, context) { shift in
      dpt_batch_norm_moments(&rows, shift, reducer.nodes, padded, reducer.stride, &program)
      if hadLengths {
        joinCounts(memory, context) { node, count in (reducer.nodes + node * reducer.stride)[2 * padded] = count }
      }
      try reducer.reduce()
      // All ranks of a machine may have the result in one place.
      sums.update(from: reducer.result, count: 2 * padded)
      if hadLengths { countedValues = Int(reducer.result[2 * padded]) }
    }
    running.update(first: sums, second: sums + padded, groups: 1, count: valueCount(of: 0, context), context)
  }

  /// The sums over the batch; where samples have lengths, the number of values behind them.
  private func batchSums(_ context: StepContext) throws -> StepContext.BatchSums {
    try context.batchSums(of: self, count: 2 * padded + (context.lengths == nil ? 0 : paddedToLanes(1)))
  }

  /// Adds up the shards' numbers of values in the tree.
  private func joinCounts(_ memory: Memory, _ context: StepContext, emit: (_ node: Int, _ count: Float) -> Void) {
    let (counts, stride) = (context.arena[memory.counts], paddedToLanes(1))
    let groups = groups(context)
    for shard in 0..<context.shards.reduction.shards.count {
      counts[shard * stride] = Float(groups.valueCount(ofShard: shard))
    }
    context.shards.join(counts, stride: stride, count: 1) { emit($0, $1[0]) }
  }

  /// Values of a channel in a group, other ranks' included.
  private func valueCount(of group: Int, _ context: StepContext) -> Int {
    hadLengths && statistics == .batch ? countedValues : groups(context).valueCount(of: group)
  }

  private func measureShards(_ input: TensorView, _ memory: Memory, _ context: StepContext) {
    let sums = context.arena[memory.sums]
    var rows = kernelRows(input, context)
    for group in 0..<groups(context).count {
      let own = sums + 2 * group * padded
      var program = context.shards.kernelProgram(ofShard: group)
      measure(own, group: group, memory, context) { shift in
        dpt_batch_norm_moments(&rows, shift, own, padded, 2 * padded, &program)
      }
    }
    context.shards.join(sums, stride: 2 * padded, count: 2 * padded) { node, sums in
      context.sums(ofBuffer: running.mean, node: node).update(from: sums, count: channels)
      context.sums(ofBuffer: running.variance, node: node).update(from: sums + padded, count: channels)
    }
    guard hadLengths else { return }
    joinCounts(memory, context) { node, count in
      context.sums(ofBuffer: running.mean, node: node)[context.distanceOfCounts] = count
    }
  }

  /// A group's mean and 1/√(σ² + ε). `add` puts Σ (x − shift) and Σ (x − shift)² into `sums`, which become
  /// Σ (x − running mean) and Σ (x − mean)².
  ///
  /// The variance is Σ (x − shift)²/N less the square of the mean's distance from the shift, and as exact as float32 if
  /// that distance is small beside the deviation. The first shift is the running mean. If it is far from the group's mean
  /// in any channel, as in a first step on raw numbers, a second pass takes the mean that the first one found as its
  /// shift. All ranks see the same sums and choose alike.
  private func measure(
    _ sums: UnsafeMutablePointer<Float>, group: Int, _ memory: Memory, _ context: StepContext,
    add: (_ shift: UnsafePointer<Float>) throws -> Void
  ) rethrows {
    let runningMean = context.values(ofBuffer: running.mean)
    let mean = context.arena[memory.mean] + group * padded
    let inverse = context.arena[memory.inverse] + group * padded
    /// Whether any channel's mean is far from its shift.
    func finish(_ count: Float, shift: UnsafePointer<Float>) -> Bool {
      var isFar = false
      for channel in 0..<channels {
        let offset = sums[channel] / count
        let variance = max(0, sums[padded + channel] / count - offset * offset)
        isFar = isFar || offset * offset > BatchNorm.farness * (variance + epsilon)
        mean[channel] = shift[channel] + offset
        inverse[channel] = 1 / (variance + epsilon).squareRoot()
        sums[padded + channel] = variance * count
      }
      return isFar
    }
    try add(runningMean)
    // The sum is known only now where samples have lengths.
    let count = Float(valueCount(of: group, context))
    // A last, small batch may leave shards without samples.
    guard count > 0, finish(count, shift: runningMean) else { return }
    try add(mean)
    _ = finish(count, shift: mean)
    for channel in 0..<channels { sums[channel] = (mean[channel] - runningMean[channel]) * count }
  }

  /// The running values' next step, where the statistics are by shard.
  public func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    guard sumsBuffers else { return }
    let first = sums + running.mean.offset
    let count =
      hadLengths
      ? Int(first[context.distanceOfCounts]) : context.batchCount * outputShape.steps * outputShape.positions
    running.update(
      first: first, second: sums + running.variance.offset, groups: context.shards.filledShards, count: count, context)
  }

  /// With N values a channel in a group: dx = γ/√(σ² + ε) · (dy − (Σ dy)/N − x̂ (Σ dy·x̂)/N) in each group, and
  /// ∂ℓ/∂β = Σ dy, ∂ℓ/∂γ = Σ dy·x̂ over all.
  /// - Throws: as `forward`.
  public func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    guard let memory, let input, let output else { preconditionFailure("backward before forward") }
    if fusesReLU { dpt_relu_back(output.base, gradient.base, gradient.rows * gradient.stride) }
    switch statistics {
    case .batch:
      let reducer = try batchSums(context).backward
      sum(gradient, input, group: 0, context.shards.kernelProgram, reducer.nodes, reducer.stride, memory, context)
      for node in context.shards.reduction.nodes.indices {
        store(reducer.nodes + node * reducer.stride, node: node, context)
      }
      if memory.givesInputGradient {
        try reducer.reduce()
        combine(gradient, input, group: 0, sums: reducer.result, memory, context)
      }
    case .shard:
      let sums = context.arena[memory.sums]
      for group in 0..<groups(context).count {
        let own = sums + 2 * group * padded
        sum(
          gradient, input, group: group, context.shards.kernelProgram(ofShard: group), own, 2 * padded, memory, context)
        if memory.givesInputGradient { combine(gradient, input, group: group, sums: own, memory, context) }
      }
      context.shards.join(sums, stride: 2 * padded, count: 2 * padded) { store($1, node: $0, context) }
    }
    return memory.givesInputGradient ? gradient : nil
  }

  /// Σ dy and Σ dy·x̂ of the program's nodes, with a group's mean and deviation.
  private func sum(
    _ gradient: TensorView, _ input: TensorView, group: Int, _ program: dpt_shard_program,
    _ nodes: UnsafeMutablePointer<Float>, _ stride: Int, _ memory: Memory, _ context: StepContext
  ) {
    var rows = kernelRows(input, context)
    var program = program
    dpt_batch_norm_gradients(
      &rows, gradient.base, gradient.stride, context.arena[memory.mean] + group * padded,
      context.arena[memory.inverse] + group * padded, nodes, padded, stride, &program)
  }

  /// A node's Σ dy and Σ dy·x̂ are the gradients of β and γ.
  private func store(_ sums: UnsafeMutablePointer<Float>, node: Int, _ context: StepContext) {
    (context.gradient(bias) + node * context.nodeStride).update(from: sums, count: channels)
    (context.gradient(weight) + node * context.nodeStride).update(from: sums + padded, count: channels)
  }

  /// dx of a group in the place of dy.
  private func combine(
    _ gradient: TensorView, _ input: TensorView, group: Int, sums: UnsafePointer<Float>, _ memory: Memory,
    _ context: StepContext
  ) {
    let arena = context.arena
    let (a, b, c) = (arena[memory.first], arena[memory.second], arena[memory.third])
    let (mean, inverse) = (arena[memory.mean] + group * padded, arena[memory.inverse] + group * padded)
    let count = Float(valueCount(of: group, context))
    guard count > 0 else { return }
    if count == 1 {
      // A single value is its own mean: nothing goes back. Computed, its rounding would.
      return groups(context).forEachStretch(of: group, in: input) { rows in
        for row in rows { (gradient.base + row * gradient.stride).update(repeating: 0, count: channels) }
      }
    }
    for channel in 0..<channels {
      let factor = context.values(weight)[channel] * inverse[channel]
      let meanGradient = sums[channel] / count
      let slope = sums[padded + channel] / count * inverse[channel]
      a[channel] = factor
      b[channel] = -factor * slope
      c[channel] = -factor * meanGradient
    }
    groups(context).forEachStretch(of: group, in: input) { rows in
      var pass = dpt_row_pass(input: input, gradient: gradient, result: gradient, rows: rows)
      dpt_combine_rows(&pass, mean, a, b, c)
    }
  }

  /// The groups of samples that share their statistics in a pass.
  private func groups(_ context: StepContext) -> NormalizationGroups {
    NormalizationGroups(
      areShards: context.isTraining && statistics == .shard, shape: outputShape, shards: context.shards,
      lengths: context.lengths)
  }

  private func kernelRows(_ view: TensorView, _ context: StepContext) -> dpt_rows {
    dpt_rows(
      base: view.base, stride: view.stride, outerStride: view.batch * view.positions * view.stride, outer: view.steps,
      positions: view.positions, columns: channels, lengths: context.lengths)
  }
}
