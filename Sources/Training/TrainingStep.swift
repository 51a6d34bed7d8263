import Collectives
import Datasets
import Layers
import Optimizers
import Tensors

/// One step of data-parallel training on this rank, with all the memory it needs.
///
/// The rank computes its shards of the global batch; the reducer adds all shards' gradients and sums in one fixed
/// tree; every rank then makes the same update. After the first call nothing is allocated.
public final class TrainingStep {
  private enum Control: Int, CaseIterable {
    case data, compute
  }

  private let experiment: Experiment
  private let workspace: Workspace
  private let reducer: TreeReducer
  private let sampler: Sampler
  private let batch: Batch
  private let context: StepContext
  private var lastEnd: Double

  /// Prepares steps in a workspace; packs the weights.
  /// - Throws: `Failure` (system) where memory is short.
  public init(_ experiment: Experiment, workspace: Workspace) throws {
    self.experiment = experiment
    self.workspace = workspace
    let model = experiment.model
    reducer = try TreeReducer(
      communicator: workspace.communicator, tree: workspace.tree,
      elementCount: model.values.count + CrossEntropy.Sum.allCases.count, controlCount: Control.allCases.count)
    sampler = Sampler(
      count: experiment.training.count, shuffles: experiment.settings.shuffles, seed: experiment.settings.seed)
    batch = try Batch(shape: experiment.training.inputShape, capacity: workspace.capacity)
    context = workspace.context(
      gradients: reducer.nodes, nodeStride: reducer.stride,
      lengths: experiment.training.hasLengths ? UnsafePointer(batch.lengths) : nil)
    context.isTraining = true
    lastEnd = monotonicSeconds()
    model.pack(context)
  }

  /// Arranges the order of samples of an epoch (from 0).
  public func begin(epoch: Int) {
    sampler.arrange(epoch: epoch)
  }

  /// One update from the samples at `positions` of the epoch's order.
  /// - Throws: `Failure` where samples cannot be read or the ranks cannot exchange data.
  public func run(epoch: Int, positions: Range<Int>, into report: inout StepReport) throws {
    let model = experiment.model
    let settings = experiment.settings
    // What came between two steps, such as writing metrics, counts as compute of this rank.
    let start = lastEnd
    let dataStart = monotonicSeconds()
    let own = workspace.shards.divide(batch: positions)
    context.batchCount = positions.count
    context.firstSample = own.lowerBound - positions.lowerBound
    try experiment.training.load(epoch: epoch, indices: sampler.indices(own), into: batch)
    let dataEnd = monotonicSeconds()

    let outputs = try model.forward(batch.view, context)
    let gradient = experiment.loss.evaluate(outputs, targets: batch.targets, context, gradient: true)
    experiment.loss.sums(
      of: outputs, into: reducer.nodes + model.values.count, nodeStride: reducer.stride, context)
    try model.backward(gradient, context)

    let reduceStart = monotonicSeconds()
    reducer.control[Control.data.rawValue] = dataEnd - dataStart
    reducer.control[Control.compute.rawValue] = reduceStart - start - (dataEnd - dataStart)
    try reducer.reduce()
    let reduceEnd = monotonicSeconds()

    let count = model.values.count
    let sums = reducer.result + count
    let rows = sums[CrossEntropy.Sum.count.rawValue]
    Kernel.divide(reducer.result, count: count, by: rows)
    let norm = GradientClipping.norm(reducer.result, count: count)
    if let limit = settings.clipNorm {
      GradientClipping.clip(reducer.result, count: count, norm: norm, limit: limit)
    }
    experiment.optimizer.step(
      parameters: model.values.base, gradients: reducer.result, count: count, learningRate: settings.learningRate)
    model.pack(context)
    context.step += 1

    lastEnd = monotonicSeconds()
    report.loss = Double(sums[CrossEntropy.Sum.loss.rawValue]) / Double(rows)
    report.accuracy = Double(sums[CrossEntropy.Sum.correct.rawValue]) / Double(rows)
    report.gradientNorm = norm
    report.learningRate = settings.learningRate
    report.samples = positions.count
    report.seconds = lastEnd - start
    report.times = times(reduction: reduceEnd - reduceStart)
  }

  /// A rank's waiting is the time until the slowest arrives, known from all ranks' own times.
  private func times(reduction: Double) -> StepTimes {
    let ranks = Double(workspace.communicator.size)
    var times = StepTimes()
    var slowest = 0.0
    for rank in 0..<workspace.communicator.size {
      let data = reducer.controls[rank * Control.allCases.count + Control.data.rawValue]
      let compute = reducer.controls[rank * Control.allCases.count + Control.compute.rawValue]
      times.data += data / ranks
      times.compute += compute / ranks
      slowest = max(slowest, data + compute)
    }
    times.waiting = max(0, slowest - times.data - times.compute)
    let own = reducer.control[Control.data.rawValue] + reducer.control[Control.compute.rawValue]
    times.communication = max(0, reduction - max(0, slowest - own))
    return times
  }
}
