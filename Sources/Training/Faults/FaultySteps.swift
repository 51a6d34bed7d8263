import Collectives
import Diagnostics
import Layers
import Tensors

/// Handles steps whose loss or gradient is not finite: they end the training, or are skipped.
///
/// Before a step's fault is known, the step has changed buffers, counts, residuals and carried states. If steps may be
/// skipped, these are saved and restored.
final class FaultySteps {
  /// The number of faulty steps in a row that end the training even if steps may be skipped.
  private static let limit = 10

  private let experiment: Experiment
  private let workspace: Workspace
  private let gradient: BatchGradient
  private let update: WeightUpdate
  /// The buffers before the step; nil if no step may be skipped.
  private let formerBuffers: FloatBuffer?
  private var formerCounts: [Int64] = []
  private var inRow = 0

  /// Continues the count of `former`, if that is not nil.
  /// - Throws: `Failure` (system) if memory is short.
  init(
    _ experiment: Experiment, workspace: Workspace, gradient: BatchGradient, update: WeightUpdate,
    continuing former: FaultySteps?
  ) throws {
    inRow = former?.inRow ?? 0
    self.experiment = experiment
    self.workspace = workspace
    self.gradient = gradient
    self.update = update
    let weights = experiment.model.weights
    let skips = experiment.settings.nonFinite == .skip
    formerBuffers = skips ? try FloatBuffer(count: weights.bufferValues.count) : nil
    guard skips else { return }
    formerCounts = weights.counts.map { $0 }
    gradient.sum.residuals?.prepareKeeping()
  }

  /// Saves the state that a step changes before its fault is known.
  func stepBegins() {
    guard let formerBuffers else { return }
    gradient.sum.residuals?.keep()
    let weights = experiment.model.weights
    formerBuffers.base.update(from: weights.bufferValues.base, count: formerBuffers.count)
    for (index, count) in weights.counts.enumerated() { formerCounts[index] = count }
  }

  /// Handles the step if it was faulty; every rank calls it.
  /// - Throws: `CommonFailure` if training ends, naming parameters and samples.
  func stepEnds(_ report: StepReport, number: Int, epoch: Int, positions: Range<Int>) throws {
    // A batch without counted samples is no fault: its weights do not change, its statistics and states are valid.
    guard report.isSkipped, !report.countsNothing else {
      inRow = 0
      return
    }
    inRow += 1
    if let formerBuffers, inRow < FaultySteps.limit {
      restore(formerBuffers)
    } else {
      throw try failure(report, number: number, epoch: epoch, positions: positions)
    }
  }

  private func restore(_ formerBuffers: FloatBuffer) {
    let weights = experiment.model.weights
    weights.bufferValues.base.update(from: formerBuffers.base, count: formerBuffers.count)
    for (index, count) in formerCounts.enumerated() { weights.counts[index] = count }
    gradient.sum.residuals?.takeBack()
    for carrier in workspace.program.stateCarriers { carrier.carriedBatch = 0 }
  }

  private func failure(
    _ report: StepReport, number: Int, epoch: Int, positions: Range<Int>
  ) throws -> CommonFailure {
    let finder = NonFiniteReport(
      model: experiment.model, communicator: workspace.communicator,
      isHalf: experiment.settings.compression?.format == .float16, skipped: inRow - 1)
    let gradients = try update.wholeGradients(workspace.communicator)
    return try withExtendedLifetime(gradients) {
      try finder.failure(
        step: number, loss: report.loss, gradients: gradients.base, samples: samples(of: positions, epoch: epoch))
    }
  }

  /// This rank's samples of the step's last batch whose own loss is not finite, by their indices in the data set.
  private func samples(of positions: Range<Int>, epoch: Int) -> [Int] {
    let batch = experiment.settings.batch
    let last = positions.lowerBound + (positions.count - 1) / batch * batch..<positions.upperBound
    let own = workspace.shards.part(of: last)
    let samples = gradient.loader.samples(BatchLoader.Portion(epoch: epoch, batch: last, positions: own))
    guard let outputs = workspace.program.outputs else { return [] }
    return samples.enumerated().filter { sample, _ in
      outputs.rows(ofSample: sample).contains { !workspace.lossPass.value(row: $0, gradient.context).isFinite }
    }.map(\.element)
  }
}
