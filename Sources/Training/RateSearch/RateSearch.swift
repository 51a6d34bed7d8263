import Collectives
import Datasets
import Diagnostics

/// The learning-rate range test (Smith 2015): training steps whose learning rate grows exponentially, until the loss diverges.
///
/// The experiment is made for the test alone, so nothing of it is left in other weights. Losses have the same bits on any
/// number of ranks, so all ranks stop at the same step.
package final class RateSearch {
  /// What is trained.
  package let experiment: Experiment
  private let range: RateRange
  private let workspace: Workspace

  /// Prepares a test of the rates in `range` on an experiment that `makeExperiment` makes. Its schedule has no effect, and
  /// tensors are not recorded.
  /// - Throws: what `makeExperiment` throws, and `Failure` as `Experiment.makeWorkspace`.
  package init(
    _ range: RateRange, communicator: any Communicator, _ makeExperiment: () throws -> Experiment
  ) throws {
    self.range = range
    var experiment = try makeExperiment()
    experiment.schedule = RangeSchedule(range: range)
    // A step whose loss is not finite ends the test, not the job.
    experiment.settings.nonFinite = .skip
    experiment.settings.recordedTensors = .never
    workspace = try experiment.makeWorkspace(communicator: communicator)
    self.experiment = experiment
  }

  /// Runs the test. Every rank calls it, once.
  /// - Throws: `Failure` if samples cannot be read, the ranks cannot exchange data, or no sample counts.
  package func run(_ communicator: any Communicator) throws -> RateCurve {
    let step = try TrainingStep(experiment, workspace: workspace, link: try LinkSpeed.measure(communicator))
    let (samples, perStep) = (experiment.samplesPerEpoch, experiment.settings.samplesPerStep)
    var curve = RateCurve(range: range)
    var (report, epoch, position) = (StepReport(), 0, 0)
    let work = LongWork("trying learning rates", total: range.steps)
    // Steps in which no sample counts are left out. After as many of them as an epoch has, the test ends.
    var tries = range.steps + experiment.settings.stepsPerEpoch(samples: samples)
    while curve.rates.count < range.steps, curve.divergence == nil, tries > 0 {
      work.show(done: curve.rates.count)
      if position == 0 { step.beginEpoch() }
      let end = min(position + perStep, samples)
      try step.run(epoch: epoch, positions: position..<end, into: &report)
      report.step += 1
      tries -= 1
      if !report.countsNothing { curve.take(report.isSkipped ? .infinity : report.loss, at: report.learningRate) }
      (epoch, position) = end < samples ? (epoch, end) : (epoch + 1, 0)
    }
    // The ranks end together, when the last weights have arrived.
    _ = try experiment.model.weights.values
    try communicator.barrier()
    guard !curve.rates.isEmpty else {
      throw Failure(
        .data, "the first loss is not finite, or no sample has a label that counts: there is no rate to find",
        advice: "train a few steps, which names the cause: dp-train train RECIPE steps=3")
    }
    curve.finish()
    return curve
  }
}
