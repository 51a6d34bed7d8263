import Collectives
import Datasets
import Diagnostics
import Layers
import Tensors

/// Measures a model on a data set; counts every sample exactly once on any number of ranks.
public final class Evaluator {
  /// The memory that it works in.
  let workspace: Workspace
  private let data: any Dataset
  private let split: Split
  private let sum: TreeSum
  private let loader: BatchLoader
  private let context: StepContext
  private let metrics: [Metric]
  /// The bytes on this machine for what frozen layers make of the samples.
  private let cacheBytes: Int
  /// What they make; nil if it is not kept.
  private var frozenOutputs: FrozenOutputs?
  /// What an evaluator before has kept of the same samples.
  private let kept: FrozenOutputs.Kept?

  /// Prepares evaluations on `data` of the workspace's model in global batches of the workspace's size. They measure the
  /// usual metrics.
  /// - Throws: `Failure` (system) if memory is short.
  public convenience init(data: any Dataset, split: Split, workspace: Workspace) throws {
    try self.init(data: data, split: split, workspace: workspace, weights: workspace.model.weights)
  }

  /// The same with other weights of the same layout. What frozen layers make of the samples is kept for the next evaluation if
  /// it takes at most `cacheBytes` on this machine. `metrics` are measured, by default the usual ones. It continues the
  /// evaluations of `former`, if that is not nil.
  init(
    data: any Dataset, split: Split, workspace: Workspace, weights: Weights, cacheBytes: Int = 0,
    metrics: [Metric]? = nil, continuing former: Evaluator? = nil
  ) throws {
    kept = former?.frozenOutputs?.kept
    self.metrics = metrics ?? MetricTask(workspace.network).usual
    self.cacheBytes = cacheBytes
    self.workspace = workspace
    self.data = data
    self.split = split
    sum = try TreeSum(
      SumLayout(elementCount: LossSum.allCases.count, statusCount: 1), tree: workspace.tree,
      communicator: workspace.communicator)
    loader = try BatchLoader(
      data: data, sampler: Sampler(data, order: .ascending, seed: 0), capacity: workspace.capacity)
    // Only the loss's sums are written, no gradients.
    context = workspace.context(weights: weights, gradients: sum.nodes, nodeStride: sum.stride)
  }

  /// Loads this rank's samples of the global batch that begins with sample `first`.
  private func load(from first: Int) throws -> Batch {
    func positions(_ first: Int) -> Range<Int> { first..<min(first + workspace.batch, data.count) }
    let own = workspace.shards.divide(batch: positions(first))
    let following = first + workspace.batch
    let next =
      following < data.count
      ? BatchLoader.Portion(
        epoch: 0, batch: positions(following), positions: workspace.shards.part(of: positions(following))) : nil
    return try loader.load(BatchLoader.Portion(epoch: 0, batch: positions(first), positions: own), next: next)
  }

  /// Keeps what frozen layers make of the samples, as long as they are frozen.
  private func prepareFrozenOutputs() throws {
    guard cacheBytes > 0, frozenOutputs?.stages != workspace.program.repeatableStages else { return }
    frozenOutputs = try FrozenOutputs(
      of: workspace.program, on: data, capacity: workspace.capacity, limit: cacheBytes, keeping: kept,
      sharedBy: workspace.communicator)
  }

  /// Thrown if a rank asked to stop; all ranks throw it after the same batch.
  struct Stopped: Error {
    /// The highest request of all ranks.
    let request: Request
  }

  /// Computes the loss over all samples, and accuracy and confusion if the outputs are classes.
  /// - Parameter activity: told the phases of each batch.
  /// - Throws: `Failure` if samples cannot be read or the ranks cannot exchange data.
  public func run(step: Int, epoch: Int, activity: Activity = Activity()) throws -> EvaluationReport {
    try run(step: step, epoch: epoch, activity: activity) { .none }
  }

  /// The usual number of resamples if they take seconds at most; else 0.
  public var affordableResamples: Int {
    let outputs = workspace.model.outputShape
    return data.count.multipliedReportingOverflow(by: outputs.count).partialValue <= 1 << 18 ? Resampling.usualCount : 0
  }

  /// Evaluates as `run`, and finds an interval for each metric.
  /// - Throws: as `run`.
  public func run(resampling: Resampling) throws -> EvaluationReport {
    try run(step: 0, epoch: 0, activity: Activity(), resampling: resampling) { .none }
  }

  /// Evaluates as `run`, but stops if a rank asks for it.
  /// - Parameter request: returns this rank's request; called at each batch.
  /// - Throws: `Stopped` if any rank asked to stop; otherwise as `run`.
  func run(
    step: Int, epoch: Int, activity: Activity, resampling: Resampling? = nil, request: () -> Request
  ) throws -> EvaluationReport {
    let (program, lossPass, loss) = (workspace.program, workspace.lossPass, workspace.network.loss)
    var totals = [Double](repeating: 0, count: LossSum.allCases.count)
    let meter = MetricTask(workspace.network).makeMeter(metrics, resampling: resampling)
    try workspace.pack(context)
    try prepareFrozenOutputs()
    context.isContinuation = false
    let work = LongWork("measuring \(split.rawValue) samples", total: data.count)
    for first in stride(from: 0, to: data.count, by: workspace.batch) {
      work.show(done: first)
      let batch = try load(from: first)
      let outputs =
        try frozenOutputs?.forward(batch, context, arrival: nil) ?? program.forward(batch.view, context)
      _ = lossPass.evaluate(outputs, targets: batch.targets, context, gradient: false)
      context.isContinuation = true
      lossPass.sums(of: outputs, into: sum.nodes, nodeStride: sum.stride, context)
      meter.add(outputs, of: batch) { lossPass.prediction(row: $0, context) }
      sum.status.own[0] = Double(request().rawValue)
      try activity.during(.waiting) { try sum.reduce() }
      var greatest = Request.none
      for rank in 0..<workspace.communicator.size {
        greatest = max(greatest, Request(rawValue: Int(sum.status[rank][0])) ?? .none)
      }
      if greatest.isStop { throw Stopped(request: greatest) }
      for index in totals.indices { totals[index] += Double(sum.result[index]) }
    }
    let measured = try activity.during(.waiting) {
      try meter.finish(samples: data.count, over: workspace.communicator)
    }
    let means = LossMeans(loss) { totals[$0.rawValue] }
    var report = EvaluationReport(
      split: split, step: step, epoch: epoch, loss: means.mean, accuracy: means.accuracy, samples: data.count,
      confusion: measured.confusion,
      classNames: loss.meaning == .classes ? data.classNames(outputs: workspace.model.outputShape.features) : [])
    if loss.meaning != .classes { report.targetNames = data.targetNames }
    report.take(measured)
    if means.countsNothing { report.countsNothing = true }
    return report
  }
}

extension EvaluationReport {
  /// Takes what was measured; loss and accuracy have the report's own values.
  fileprivate mutating func take(_ measured: MeasuredMetrics) {
    curves = measured.curves
    metrics = measured.metrics
    for index in metrics.indices {
      switch metrics[index].metric {
      case .loss: metrics[index].value = loss.isFinite ? loss : nil
      case .accuracy: metrics[index].value = accuracy.flatMap { $0.isNaN ? nil : $0 }
      default: break
      }
    }
  }
}
