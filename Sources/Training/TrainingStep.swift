import CKernels
import Collectives
import Layers
import Optimizers
import Tensors

/// One step of data-parallel training on this rank, with all the memory it needs.
///
/// The rank computes its shards of the global batch; all shards' gradients and sums are added in one fixed tree; every rank
/// then makes the same update. If a step accumulates several batches, their sums are added in the batches' order before the
/// one division. After the first call nothing is allocated.
public final class TrainingStep {
  let experiment: Experiment
  let workspace: Workspace
  let update: WeightUpdate
  private let gradient: BatchGradient
  private let faults: FaultySteps
  private let activity: Activity
  private let overlaps: Bool
  /// The sums over a step's batches so far, if there are several.
  private let accumulated: FloatBuffer?
  private var lastEnd: Double

  /// Prepares steps in a workspace; every rank makes them. `activity` is told the phases of each step. `link` decides how
  /// gradients travel between machines; with `overlaps` they, and new parameters, travel during the passes. Neither changes
  /// results.
  /// - Throws: `Failure` (system) if memory is short.
  public convenience init(
    _ experiment: Experiment, workspace: Workspace, activity: Activity = Activity(), link: LinkSpeed? = nil,
    overlaps: Bool = true
  ) throws {
    try self.init(
      experiment, workspace: workspace, activity: activity, link: link, overlaps: overlaps, continuing: nil)
  }

  /// The same, to continue the steps of `former` after the workspace was divided anew. States that depend on the division, of
  /// layers and of compression, are not continued.
  init(
    _ experiment: Experiment, workspace: Workspace, activity: Activity, link: LinkSpeed?, overlaps: Bool = true,
    continuing former: TrainingStep?
  ) throws {
    self.experiment = experiment
    self.workspace = workspace
    self.activity = activity
    self.overlaps = overlaps
    gradient = try BatchGradient(
      experiment, workspace: workspace, activity: activity, link: link, overlaps: overlaps,
      continuing: former?.gradient)
    accumulated = experiment.settings.accumulate > 1 ? try FloatBuffer(count: gradient.sum.elementCount) : nil
    update = try WeightUpdate(
      experiment, sum: gradient.sum, accumulated: accumulated, communicator: workspace.communicator,
      activity: activity)
    faults = try FaultySteps(
      experiment, workspace: workspace, gradient: gradient, update: update, continuing: former?.faults)
    lastEnd = former?.lastEnd ?? monotonicSeconds()
    guard let former else {
      // What came before is no part of the first step.
      activity.restart()
      return
    }
    (update.unusualSteps, update.shortening) = (former.update.unusualSteps, former.update.shortening)
  }

  /// Observes the layers as they run; nil for none.
  public var layerObserver: (any LayerObserver)? {
    get { gradient.context.layerObserver }
    set { gradient.context.layerObserver = newValue }
  }

  /// Begins an epoch. Layers that carry a state start anew; with `continuing` they start from the carried states.
  public func beginEpoch(continuing: Bool = false) {
    gradient.context.isContinuation = continuing
  }

  /// The states that stateful layers carry.
  var carried: CarriedStates { CarriedStates(workspace: workspace, context: gradient.context) }

  /// What compression has left out of the gradients so far, or nil.
  var residuals: Residuals? { gradient.sum.residuals }

  /// What this rank asks for; every rank learns of it with the gradients.
  var request: Request {
    get { gradient.request }
    set { gradient.request = newValue }
  }

  /// Is told of all ranks' times; nil if nobody asks for them.
  var balance: ShareBalance? {
    get { gradient.balance }
    set { gradient.balance = newValue }
  }

  /// The greatest of all ranks' requests at the last step.
  var agreedRequest: Request { gradient.agreedRequest }

  /// One update from the samples at `positions` of the epoch's order: a batch, or as many as the step accumulates. On several
  /// ranks new weights may travel until the next step needs them; `Model.weights` waits for them when they are read.
  /// - Throws: `Failure` if samples cannot be read or the ranks cannot exchange data; `CommonFailure` if the loss or a
  ///   gradient is not finite, or the ranks' parameters differ.
  public func run(epoch: Int, positions: Range<Int>, into report: inout StepReport) throws {
    let number = report.step + 1
    activity.enter(.computing, step: number)
    faults.stepBegins()
    gradient.stepBegins()
    report.times = StepTimes()
    let batch = experiment.settings.batch
    for first in stride(from: positions.lowerBound, to: positions.upperBound, by: batch) {
      let part = first..<min(first + batch, positions.upperBound)
      try gradient.run(epoch: epoch, positions: part, of: (number, positions), times: &report.times)
      accumulate(isFirst: first == positions.lowerBound)
    }
    try update.run(
      from: accumulated.map { UnsafePointer($0.base) } ?? gradient.sum.result, number: number, into: &report)
    try faults.stepEnds(report, number: number, epoch: epoch, positions: positions)
    if !overlaps {
      try experiment.model.weights.awaitValues()
      report.times.communication += activity.takeSeconds(of: .receiving)
    }
    report.samples = positions.count
    let end = monotonicSeconds()
    report.seconds = end - lastEnd
    lastEnd = end
  }

  /// Adds a batch's sums to those of the step's batches before it, if a step has several.
  private func accumulate(isFirst: Bool) {
    guard let accumulated else { return }
    for range in gradient.sum.summed {
      let (own, total) = (gradient.sum.result + range.lowerBound, accumulated.base + range.lowerBound)
      if isFirst {
        total.update(from: own, count: range.count)
      } else {
        dpt_add(total, own, total, range.count)
      }
    }
  }
}
