import CKernels
import Collectives
import Datasets
import Layers
import Optimizers
import Tensors

/// One step of data-parallel training on this rank, with all the memory it needs.
///
/// The rank computes its shards of the global batch; all shards' gradients and sums are added in one fixed tree; every rank
/// then makes the same update. If a step accumulates several batches, their sums are added in the batches' order before the
/// one division. After the first call nothing is allocated.
public final class TrainingStep {
  /// Steps in a row that may be skipped.
  private static let skipLimit = 10

  let experiment: Experiment
  let workspace: Workspace
  private let sum: any GradientSum
  private let loader: BatchLoader
  private let context: StepContext
  /// Lets each layer wait for its weights.
  private lazy var arrival = ParameterArrival { [unowned self] in try awaitValues(below: $0) }
  /// Where sums for buffers lie in what is reduced: behind the gradients and the loss's sums.
  private let bufferStart: Int
  /// The sums over a step's batches so far, where there are several.
  private let accumulated: FloatBuffer?
  let update: WeightUpdate
  private let activity: Activity?
  /// The buffers and counters as they were before the step, where steps may be skipped.
  private let formerBuffers: FloatBuffer?
  private var formerCounts: [Int64]
  private let overlaps: Bool
  private var number = 0
  private var skipped = 0
  private var isComparing = false
  private var lastEnd: Double
  private var lastReduction: Double
  /// Seconds since then in which parameters were waited for.
  private var waited = 0.0

  /// Prepares steps in a workspace; every rank makes them. `activity` is told the phases of each step. `network` decides how
  /// gradients travel between machines; with `overlaps` they, and new parameters, travel during the passes. Neither changes
  /// results.
  /// - Throws: `Failure` (system) if memory is short.
  public init(
    _ experiment: Experiment, workspace: Workspace, activity: Activity? = nil, network: LinkSpeed? = nil,
    overlaps: Bool = true
  ) throws {
    self.activity = activity
    self.overlaps = overlaps
    formerBuffers =
      experiment.settings.nonFinite == .skip ? try FloatBuffer(count: experiment.model.weights.bufferValues.count) : nil
    formerCounts = experiment.model.weights.counts
    self.experiment = experiment
    self.workspace = workspace
    let model = experiment.model
    bufferStart = model.valueCount + paddedToLanes(LossSum.allCases.count)
    // Sums over steps that are there go with their number.
    let sumsOfBuffer = model.sumsBuffers ? experiment.data.training.hasLengths ? 2 : 1 : 0
    let count = bufferStart + sumsOfBuffer * model.weights.bufferValues.count
    let sum = try experiment.makeGradientSum(workspace, elementCount: count, network: network)
    self.sum = sum
    loader = try BatchLoader(
      data: experiment.data.training, shuffles: experiment.settings.shuffles, seed: experiment.settings.seed,
      capacity: workspace.capacity)
    context = workspace.context(gradients: sum.nodes, nodeStride: sum.stride)
    context.isTraining = true
    context.bufferSums = model.sumsBuffers ? sum.nodes + bufferStart : nil
    accumulated = experiment.settings.accumulate > 1 ? try FloatBuffer(count: sum.elementCount) : nil
    update = try WeightUpdate(
      experiment, sum: sum, accumulated: accumulated, communicator: workspace.communicator, activity: activity)
    if overlaps, workspace.communicator.machines.count > 1 {
      context.frontier = GradientFrontier(model) { try sum.advance(writtenFrom: $0) }
    }
    lastEnd = monotonicSeconds()
    lastReduction = lastEnd
    if experiment.settings.nonFinite == .skip { residuals?.prepareKeeping() }
  }

  /// Looks on as layers run, or nil.
  public var layerObserver: (any LayerObserver)? {
    get { context.layerObserver }
    set { context.layerObserver = newValue }
  }

  /// Begins an epoch, where layers that carry a state start anew, or goes on in one from carried states.
  public func beginEpoch(continuing: Bool = false) {
    context.isContinuation = continuing
  }

  /// The states that stateful layers carry.
  var carried: CarriedStates { CarriedStates(workspace: workspace, context: context) }

  /// What compression has left out of the gradients so far, or nil.
  var residuals: Residuals? { sum.residuals }

  /// What this rank asks for; every rank learns of it with the gradients.
  var request = Request.none

  /// The greatest of all ranks' requests at the last step.
  private(set) var agreedRequest = Request.none

  /// One update from the samples at `positions` of the epoch's order: a batch, or as many as the step accumulates. On several
  /// ranks new weights may travel until the next step needs them; the model gives them out when all have come.
  /// - Throws: `Failure` where samples cannot be read or the ranks cannot exchange data; `CommonFailure` where the loss or
  ///   a gradient is not finite, or the ranks' parameters differ.
  public func run(epoch: Int, positions: Range<Int>, into report: inout StepReport) throws {
    number = report.step + 1
    let compares = experiment.settings.compareRanks
    isComparing = compares > 0 && workspace.communicator.size > 1 && number.isMultiple(of: compares)
    if experiment.settings.nonFinite == .skip { residuals?.keep() }
    if let formerBuffers {
      formerBuffers.base.update(from: experiment.model.weights.bufferValues.base, count: formerBuffers.count)
      for (index, count) in experiment.model.weights.counts.enumerated() { formerCounts[index] = count }
    }
    workspace.willPack(context)
    let start = lastEnd
    report.times = StepTimes()
    activity?.enter(.computing, step: number)
    arrival.reset()
    // The optimizer's count is what a checkpoint restores.
    context.step = experiment.optimizer.stepCount
    let batch = experiment.settings.batch
    for first in stride(from: positions.lowerBound, to: positions.upperBound, by: batch) {
      let part = first..<min(first + batch, positions.upperBound)
      try addUp(epoch: epoch, positions: part, of: positions, times: &report.times)
      guard let accumulated else { continue }
      for range in sum.summed {
        let (own, total) = (sum.result + range.lowerBound, accumulated.base + range.lowerBound)
        if first == positions.lowerBound {
          total.update(from: own, count: range.count)
        } else {
          dpt_add(total, own, total, range.count)
        }
      }
    }
    let sums = accumulated.map { UnsafePointer($0.base) } ?? sum.result
    try update.run(from: sums, number: number, into: &report)
    // A batch in which nothing counts is no fault: its weights stay, and its statistics and states are as good as others.
    let isFaulty = report.isSkipped && !report.countsNothing
    skipped = isFaulty ? skipped + 1 : 0
    if isFaulty { try pass(over: positions, of: epoch, loss: report.loss) }
    if !overlaps {
      let start = monotonicSeconds()
      try experiment.model.weights.awaitValues()
      report.times.communication += monotonicSeconds() - start
    }
    report.samples = positions.count
    lastEnd = monotonicSeconds()
    report.seconds = lastEnd - start
  }

  /// Adds up the gradients and the loss's sums of one batch of a step over all ranks.
  private func addUp(epoch: Int, positions: Range<Int>, of step: Range<Int>, times: inout StepTimes) throws {
    let (model, program, lossPass) = (experiment.model, workspace.program, workspace.lossPass)
    // What came since the last reduction, such as the update or writing metrics, counts as compute of this rank.
    let start = lastReduction
    let dataStart = monotonicSeconds()
    activity?.enter(.loading, step: number)
    let part = workspace.shards.divide(batch: positions)
    context.firstSample = part.lowerBound - step.lowerBound
    let batch = try loader.load(
      BatchLoader.Portion(epoch: epoch, positions: part), next: following(positions, of: epoch))
    context.lengths = experiment.data.training.hasLengths ? UnsafePointer(batch.lengths) : nil
    let dataEnd = monotonicSeconds()
    activity?.enter(.computing, step: number)

    let outputs = try program.forward(batch.view, context, arrival: arrival)
    try awaitValues(below: nil)
    context.isContinuation = true
    let gradient = lossPass.evaluate(outputs, targets: batch.targets, context, gradient: true)
    lossPass.sums(of: outputs, into: sum.nodes + model.valueCount, nodeStride: sum.stride, context)
    if let frontier = context.frontier {
      frontier.reset()
      try sum.advance(writtenFrom: model.valueCount)
    }
    _ = try program.backward(gradient, context)

    let reduceStart = monotonicSeconds()
    activity?.enter(.waiting, step: number)
    let digest = ParameterDigest(model: model, communicator: workspace.communicator)
    let own = RankStatus(
      data: dataEnd - dataStart, compute: reduceStart - start - (dataEnd - dataStart) - waited, request: request,
      digest: isComparing ? try digest.word : 0)
    own.write(to: sum.status)
    try sum.reduce()
    if model.sumsBuffers { program.updateBuffers(from: sum.result + bufferStart, context) }
    lastReduction = monotonicSeconds()
    activity?.enter(.updating, step: number)
    let all = RankStatus.Summary(sum.status, ranks: workspace.communicator.size)
    all.add(to: &times, reduction: lastReduction - reduceStart + waited, own: own)
    waited = 0
    agreedRequest = all.request
    if !all.isAlike { throw try digest.failure(step: number) }
  }

  /// Waits for the parameters before an offset, which a forward pass needs, or for all.
  private func awaitValues(below offset: Int?) throws {
    guard update.divided != nil else { return }
    let start = monotonicSeconds()
    try update.arrival.awaitValues(below: offset)
    waited += monotonicSeconds() - start
  }

  /// This rank's part of the batch that comes next in the course of training.
  private func following(_ positions: Range<Int>, of epoch: Int) -> BatchLoader.Portion {
    let count = experiment.data.training.count
    let isLast = positions.upperBound >= count
    let first = isLast ? 0 : positions.upperBound
    let batch = first..<min(first + experiment.settings.batch, count)
    return BatchLoader.Portion(epoch: isLast ? epoch + 1 : epoch, positions: workspace.shards.part(of: batch))
  }

  /// Where the loss or a gradient is not finite: ends the training, or undoes what the step has changed already.
  private func pass(over positions: Range<Int>, of epoch: Int, loss: Double) throws {
    guard let formerBuffers, skipped < TrainingStep.skipLimit else {
      let report = NonFiniteReport(
        model: experiment.model, communicator: workspace.communicator,
        isHalf: experiment.settings.compression?.format == .float16)
      let gradients = try update.wholeGradients(workspace.communicator)
      throw try withExtendedLifetime(gradients) {
        try report.failure(
          step: number, loss: loss, gradients: gradients.base, samples: faultySamples(positions, epoch: epoch))
      }
    }
    experiment.model.weights.bufferValues.base.update(from: formerBuffers.base, count: formerBuffers.count)
    experiment.model.weights.counts = formerCounts
    residuals?.takeBack()
    for carrier in workspace.program.stateCarriers { carrier.carriedBatch = 0 }
  }

  /// This rank's samples of the last batch whose own loss is not finite, by their numbers in the data set.
  private func faultySamples(_ positions: Range<Int>, epoch: Int) throws -> [Int] {
    let shape = experiment.model.outputShape
    let batch = experiment.settings.batch
    let last = positions.lowerBound + (positions.count - 1) / batch * batch..<positions.upperBound
    let own = workspace.shards.part(of: last)
    let faulty = own.indices.filter { position in
      let sample = position - own.lowerBound
      return (0..<shape.steps).contains { step in
        (0..<shape.positions).contains { place in
          let row = (step * own.count + sample) * shape.positions + place
          return !workspace.lossPass.value(row: row, context).isFinite
        }
      }
    }
    return loader.samples(BatchLoader.Portion(epoch: epoch, positions: own)).enumerated()
      .filter { faulty.contains(own.lowerBound + $0.offset) }.map(\.element)
  }
}
