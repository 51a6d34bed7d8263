import Collectives
import Datasets
import Layers
import Tensors

/// The gradient of one batch: each rank runs the model on its shards, forward and backward. All shards' gradients and the
/// loss's sums are added in one fixed tree.
final class BatchGradient {
  /// The sums over all ranks: the gradients in the parameters' order, then the loss's sums, then those for buffers.
  let sum: any GradientSum
  /// The layers' context.
  let context: StepContext
  /// Loads this rank's samples.
  let loader: BatchLoader
  /// This rank's request, which reaches every rank with the next sum.
  var request = Request.none
  /// The highest of all ranks' requests at the last sum.
  private(set) var agreedRequest = Request.none
  /// Is told of all ranks' times; nil if nobody asks for them.
  var balance: ShareBalance?
  private let experiment: Experiment
  private let workspace: Workspace
  private let activity: Activity
  /// Lets each layer wait for its weights.
  private let arrival: ParameterArrival
  /// What frozen layers make of the samples; nil if it is not kept.
  private var frozenOutputs: FrozenOutputs?
  /// The offset of the sums for buffers.
  private let bufferStart: Int

  /// Memory for batches in a workspace; every rank makes it. `link` and `overlaps` as in `TrainingStep.init`. It continues the
  /// work of `former`, if that is not nil.
  /// - Throws: `Failure` (system) if memory is short.
  init(
    _ experiment: Experiment, workspace: Workspace, activity: Activity, link: LinkSpeed?, overlaps: Bool,
    continuing former: BatchGradient?
  ) throws {
    self.experiment = experiment
    self.workspace = workspace
    self.activity = activity
    let (model, data) = (experiment.model, experiment.data.training)
    bufferStart = model.valueCount + paddedToLanes(LossSum.allCases.count)
    // If batches are ragged, sums over the steps also need their number.
    let sumsOfBuffer = model.sumsBuffers ? data.hasLengths ? 2 : 1 : 0
    let count = bufferStart + sumsOfBuffer * model.weights.bufferValues.count
    let sum = try experiment.makeGradientSum(workspace, elementCount: count, link: link)
    self.sum = sum
    let sampler = try experiment.makeSampler()
    sampler.loads(workspace.shards.part, ofBatches: experiment.settings.batch)
    loader = try BatchLoader(
      data: data, sampler: sampler, mixer: experiment.makeMixer(), capacity: workspace.capacity)
    if let freezing = experiment.freezing, !data.variesByEpoch, experiment.settings.mixing == nil {
      frozenOutputs = try FrozenOutputs(
        of: workspace.program, on: data, capacity: workspace.capacity, limit: freezing.cacheBytes,
        keeping: former?.frozenOutputs?.kept, sharedBy: workspace.communicator)
    }
    arrival = ParameterArrival(model.weights)
    context = workspace.context(gradients: sum.nodes, nodeStride: sum.stride)
    context.isTraining = true
    context.isContinuation = former?.context.isContinuation ?? false
    context.layerObserver = former?.context.layerObserver
    balance = former?.balance
    context.bufferSums = model.sumsBuffers ? sum.nodes + bufferStart : nil
    if workspace.communicator.size > 1 { context.waiting = { try activity.wait($0) } }
    if overlaps, workspace.communicator.machines.count > 1 {
      context.frontier = GradientFrontier(model) { try sum.advance(writtenFrom: $0) }
    }
  }

  /// Call it at the start of a step, after the weights have changed.
  func stepBegins() {
    workspace.willPack(context)
    arrival.reset()
    if let freezing = experiment.freezing {
      freezing.apply(after: experiment.optimizer.stepCount)
      if !freezing.holds(after: experiment.optimizer.stepCount) { frozenOutputs = nil }
    }
    // A checkpoint restores the optimizer's count.
    context.step = experiment.optimizer.stepCount
  }

  /// Sums the batch at `positions`, one of those of `step`, over all ranks, and adds the time of each phase to `times`.
  /// - Throws: `Failure` if samples cannot be read or the ranks cannot exchange data; `CommonFailure` if the ranks'
  ///   parameters differ.
  func run(
    epoch: Int, positions: Range<Int>, of step: (number: Int, positions: Range<Int>), times: inout StepTimes
  ) throws {
    let (model, program, lossPass) = (experiment.model, workspace.program, workspace.lossPass)
    // What the rank has waited for since the last sum, such as in an evaluation, is no part of this batch.
    let before = activity.takeSeconds(of: .waiting)
    activity.enter(.loading, step: step.number)
    let part = workspace.shards.divide(batch: positions)
    context.firstSample = part.lowerBound - step.positions.lowerBound
    let batch = try loader.load(
      BatchLoader.Portion(epoch: epoch, batch: positions, positions: part), next: following(positions, of: epoch))
    context.shareOfSteps = batch.shareOfSteps

    activity.enter(.computing, step: step.number)
    let outputs =
      try frozenOutputs?.forward(batch, context, arrival: arrival)
      ?? program.forward(batch.view, context, arrival: arrival)
    try model.weights.awaitValues()
    context.isContinuation = true
    let gradient = lossPass.evaluate(outputs, targets: batch.targets, context, gradient: true)
    lossPass.sums(of: outputs, into: sum.nodes + model.valueCount, nodeStride: sum.stride, context)
    if let frontier = context.frontier {
      frontier.reset()
      try sum.advance(writtenFrom: model.valueCount)
    }
    _ = try program.backward(gradient, context)
    try reduce(step: step.number, waitedBefore: before, times: &times)
  }
}

extension BatchGradient {
  /// Adds all ranks' gradients and exchanges their status.
  private func reduce(step number: Int, waitedBefore before: Double, times: inout StepTimes) throws {
    activity.enter(.waiting, step: number)
    let communicator = workspace.communicator
    let digest = ParameterDigest(model: experiment.model, communicator: communicator)
    let (data, passes) = (activity.takeSeconds(of: .loading), activity.takeSeconds(of: .computing))
    // Sums within the passes are part of the exchange.
    let receiving = activity.takeSeconds(of: .receiving) + activity.takeSeconds(of: .waiting)
    // All other time since the last sum, such as that of the update or of writing metrics, counts as compute.
    let compute = before + passes + activity.takeSeconds()
    let own = RankStatus(
      data: data, compute: compute, passes: passes, request: request,
      digest: isCompared(number) ? try digest.word : 0)
    own.write(to: sum.status)
    try sum.reduce()
    if experiment.model.sumsBuffers { workspace.program.updateBuffers(from: sum.result + bufferStart, context) }
    activity.enter(.updating, step: number)
    let all = RankStatus.Summary(sum.status, ranks: communicator.size)
    all.add(to: &times, reduction: receiving + activity.takeSeconds(), own: own)
    agreedRequest = all.request
    balance?.add(sum.status)
    if !all.isAlike { throw try digest.failure(step: number) }
  }

  /// Whether the ranks compare their parameters in a step.
  private func isCompared(_ number: Int) -> Bool {
    let interval = experiment.settings.compareRanks
    return interval > 0 && workspace.communicator.size > 1 && number.isMultiple(of: interval)
  }

  /// This rank's samples of the next batch.
  private func following(_ positions: Range<Int>, of epoch: Int) -> BatchLoader.Portion {
    let count = experiment.samplesPerEpoch
    let isLast = positions.upperBound >= count
    let first = isLast ? 0 : positions.upperBound
    let batch = first..<min(first + experiment.settings.batch, count)
    return BatchLoader.Portion(
      epoch: isLast ? epoch + 1 : epoch, batch: batch, positions: workspace.shards.part(of: batch))
  }
}
