import Collectives
import Datasets
import Layers
import Optimizers
import Tensors

/// One step of data-parallel training on this rank, with all the memory it needs.
///
/// The rank computes its shards of the global batch; the reducer adds all shards' gradients and sums in one fixed
/// tree; every rank then makes the same update. Where a step accumulates several batches, each is reduced, and the
/// sums are added in the batches' order before the one division. After the first call nothing is allocated.
public final class TrainingStep {
  private enum Control: Int, CaseIterable {
    case data, compute, request
  }

  private let experiment: Experiment
  private let workspace: Workspace
  private let reducer: TreeReducer
  private let loader: BatchLoader
  private let context: StepContext
  /// The sums over a step's batches so far, where there are several.
  private let accumulated: FloatBuffer?
  private var lastEnd: Double
  private var lastReduction: Double

  /// Prepares steps in a workspace.
  /// - Throws: `Failure` (system) where memory is short.
  public init(_ experiment: Experiment, workspace: Workspace) throws {
    self.experiment = experiment
    self.workspace = workspace
    let model = experiment.model
    reducer = try TreeReducer(
      communicator: workspace.communicator, tree: workspace.tree,
      elementCount: model.values.count + LossSum.allCases.count, controlCount: Control.allCases.count)
    loader = try BatchLoader(
      data: experiment.data.training, shuffles: experiment.settings.shuffles, seed: experiment.settings.seed,
      capacity: workspace.capacity)
    context = workspace.context(gradients: reducer.nodes, nodeStride: reducer.stride)
    context.isTraining = true
    accumulated = experiment.settings.accumulate > 1 ? try FloatBuffer(count: reducer.elementCount) : nil
    lastEnd = monotonicSeconds()
    lastReduction = lastEnd
  }

  /// Begins an epoch, where layers that carry a state start anew, or goes on in one from carried states.
  public func beginEpoch(continuing: Bool = false) {
    context.isContinuation = continuing
  }

  /// The states that stateful layers carry.
  var carried: CarriedStates { CarriedStates(workspace: workspace, context: context) }

  /// What this rank asks for; every rank learns of it with the gradients.
  var request = Request.none

  /// The greatest of all ranks' requests at the last step.
  private(set) var agreedRequest = Request.none

  /// One update from the samples at `positions` of the epoch's order: a batch, or as many as the step accumulates.
  /// - Throws: `Failure` where samples cannot be read or the ranks cannot exchange data.
  public func run(epoch: Int, positions: Range<Int>, into report: inout StepReport) throws {
    let model = experiment.model
    let start = lastEnd
    report.times = StepTimes()
    // Evaluations may have packed other weights meanwhile.
    model.pack(context)
    // The optimizer's count is what a checkpoint restores.
    context.step = experiment.optimizer.stepCount
    let batch = experiment.settings.batch
    for first in stride(from: positions.lowerBound, to: positions.upperBound, by: batch) {
      let part = first..<min(first + batch, positions.upperBound)
      try addUp(epoch: epoch, positions: part, of: positions, times: &report.times)
      guard let accumulated else { continue }
      if first == positions.lowerBound {
        accumulated.base.update(from: reducer.result, count: accumulated.count)
      } else {
        Kernel.add(reducer.result, to: accumulated.base, count: accumulated.count)
      }
    }
    update(from: accumulated?.base ?? reducer.result, into: &report)
    report.samples = positions.count
    lastEnd = monotonicSeconds()
    report.seconds = lastEnd - start
  }

  /// Adds up the gradients and the loss's sums of one batch of a step over all ranks, into the reducer's result.
  private func addUp(epoch: Int, positions: Range<Int>, of step: Range<Int>, times: inout StepTimes) throws {
    let model = experiment.model
    // What came since the last reduction, such as the update or writing metrics, counts as compute of this rank.
    let start = lastReduction
    let dataStart = monotonicSeconds()
    let own = workspace.shards.divide(batch: positions)
    context.firstSample = own.lowerBound - step.lowerBound
    let batch = try loader.load(
      BatchLoader.Portion(epoch: epoch, positions: own), next: following(positions, of: epoch))
    context.lengths = experiment.data.training.hasLengths ? UnsafePointer(batch.lengths) : nil
    let dataEnd = monotonicSeconds()

    let outputs = try model.forward(batch.view, context)
    context.isContinuation = true
    let gradient = experiment.loss.evaluate(outputs, targets: batch.targets, context, gradient: true)
    experiment.loss.sums(
      of: outputs, into: reducer.nodes + model.values.count, nodeStride: reducer.stride, context)
    try model.backward(gradient, context)

    let reduceStart = monotonicSeconds()
    reducer.control[Control.data.rawValue] = dataEnd - dataStart
    reducer.control[Control.request.rawValue] = Double(request.rawValue)
    reducer.control[Control.compute.rawValue] = reduceStart - start - (dataEnd - dataStart)
    try reducer.reduce()
    lastReduction = monotonicSeconds()
    readControls(reduction: lastReduction - reduceStart, to: &times)
  }

  /// This rank's part of the batch that comes next in the course of training.
  private func following(_ positions: Range<Int>, of epoch: Int) -> BatchLoader.Portion {
    let count = experiment.data.training.count
    let isLast = positions.upperBound >= count
    let first = isLast ? 0 : positions.upperBound
    let batch = first..<min(first + experiment.settings.batch, count)
    return BatchLoader.Portion(epoch: isLast ? epoch + 1 : epoch, positions: workspace.shards.part(of: batch))
  }

  /// Divides the sums by the weight of what counts, clips, and changes the weights.
  private func update(from sums: UnsafeMutablePointer<Float>, into report: inout StepReport) {
    let settings = experiment.settings
    let values = experiment.model.values
    let totals = sums + values.count
    let loss = LossMeans(experiment.loss) { Double(totals[$0.rawValue]) }
    Kernel.divide(sums, count: values.count, by: Float(loss.divisor))
    let norm = GradientClipping.norm(sums, count: values.count)
    if let limit = settings.clipValue { GradientClipping.clip(sums, count: values.count, value: limit) }
    if let limit = settings.clipNorm {
      let clipped = settings.clipValue == nil ? norm : GradientClipping.norm(sums, count: values.count)
      GradientClipping.clip(sums, count: values.count, norm: clipped, limit: limit)
    }
    let optimizer = experiment.optimizer
    report.learningRate = experiment.schedule.learningRate(step: optimizer.stepCount, base: settings.learningRate)
    optimizer.step(parameters: values.base, gradients: sums, learningRate: report.learningRate)
    experiment.average?.update(values.base)
    report.loss = loss.mean
    report.accuracy = loss.accuracy
    report.gradientNorm = norm
  }

  /// What all ranks told each other. A rank's waiting is the time until the slowest arrives, known from all ranks' own times.
  private func readControls(reduction: Double, to times: inout StepTimes) {
    let ranks = Double(workspace.communicator.size)
    var (meanData, meanCompute, slowest, asked) = (0.0, 0.0, 0.0, 0.0)
    for rank in 0..<workspace.communicator.size {
      let data = reducer.controls[rank * Control.allCases.count + Control.data.rawValue]
      let compute = reducer.controls[rank * Control.allCases.count + Control.compute.rawValue]
      meanData += data / ranks
      meanCompute += compute / ranks
      slowest = max(slowest, data + compute)
      asked = max(asked, reducer.controls[rank * Control.allCases.count + Control.request.rawValue])
    }
    agreedRequest = Request(rawValue: Int(asked)) ?? .none
    times.data += meanData
    times.compute += meanCompute
    times.waiting += max(0, slowest - meanData - meanCompute)
    let own = reducer.control[Control.data.rawValue] + reducer.control[Control.compute.rawValue]
    times.communication += max(0, reduction - max(0, slowest - own))
  }
}
