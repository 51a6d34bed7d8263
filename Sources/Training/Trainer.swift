import Collectives
import Datasets
import Layers

/// Trains a model: steps, epochs, evaluations, and what observers are told. Short on purpose.
public final class Trainer {
  private let experiment: Experiment
  private let step: TrainingStep
  private let monitor: Evaluator?
  private let test: Evaluator?
  private let observers: [any Observer]

  /// Prepares a run. Every rank makes one; only rank 0 should have observers.
  /// - Throws: `Failure` (system) where memory is short.
  public init(_ experiment: Experiment, workspace: Workspace, observers: [any Observer]) throws {
    self.experiment = experiment
    self.observers = observers
    step = try TrainingStep(experiment, workspace: workspace)
    let monitored = experiment.data.monitored
    monitor = try monitored.flatMap { try experiment.makeEvaluator(on: $0, workspace: workspace) }
    test = monitored == .test ? nil : try experiment.makeEvaluator(on: .test, workspace: workspace)
  }

  /// Trains to the end.
  /// - Throws: `Failure` where data cannot be read, metrics cannot be written, or ranks cannot exchange data.
  public func run() throws -> RunSummary {
    let settings = experiment.settings
    let samples = experiment.data.training.count
    let totalSteps = settings.totalSteps(samples: samples)
    let start = monotonicSeconds()
    var report = StepReport()
    var evaluation: EvaluationReport?
    var epochs = 0
    for observer in observers { try observer.runWillStart(totalSteps: totalSteps) }

    while report.step < totalSteps {
      step.beginEpoch()
      var epochLoss = 0.0
      for first in stride(from: 0, to: samples, by: settings.samplesPerStep) where report.step < totalSteps {
        let positions = first..<min(first + settings.samplesPerStep, samples)
        try step.run(epoch: epochs, positions: positions, into: &report)
        epochLoss += report.loss * Double(positions.count)
        report.step += 1
        report.epoch = epochs + 1
        for observer in observers { try observer.stepDidFinish(report) }
      }
      epochs += 1
      if settings.evaluateEvery > 0, epochs.isMultiple(of: settings.evaluateEvery) {
        evaluation = try evaluate(monitor, step: report.step, epoch: epochs)
        if let evaluation { experiment.schedule.observe(loss: evaluation.loss) }
      }
      if !isEvaluating { experiment.schedule.observe(loss: epochLoss / Double(samples)) }
    }
    if evaluation?.step != report.step {
      evaluation = try evaluate(monitor, step: report.step, epoch: epochs)
    }
    let final = try evaluate(test, step: report.step, epoch: epochs)
    let summary = RunSummary(
      steps: report.step, epochs: epochs, seconds: monotonicSeconds() - start,
      evaluations: [evaluation, final].compactMap(\.self))
    for observer in observers { try observer.runDidFinish(summary) }
    return summary
  }

  /// Whether a loss on other samples is known in the course of training.
  private var isEvaluating: Bool { monitor != nil && experiment.settings.evaluateEvery > 0 }

  private func evaluate(_ evaluator: Evaluator?, step: Int, epoch: Int) throws -> EvaluationReport? {
    guard let report = try evaluator?.run(step: step, epoch: epoch) else { return nil }
    for observer in observers { try observer.evaluationDidFinish(report) }
    return report
  }
}
