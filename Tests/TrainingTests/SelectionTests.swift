import Collectives
import Datasets
import Foundation
import Layers
import Optimizers
import Testing

@testable import Training

/// Only finite results on validation samples decide on the best weights.
@Suite struct SelectionTests {
  private func report(
    _ loss: Double, accuracy: Double? = nil, step: Int = 1, on split: Split = .validation
  ) -> EvaluationReport {
    EvaluationReport(
      split: split, step: step, epoch: step, loss: loss, accuracy: accuracy, samples: 10,
      confusion: ConfusionCounts(pairs: []))
  }

  private func keeper() throws -> CheckpointKeeper {
    try CheckpointKeeper(
      SmallExperiment().make(), schedule: CheckpointSchedule(), store: nil, recipe: "", warn: { _ in })
  }

  @Test func aNonFiniteLossIsNeverTheBest() throws {
    let keeper = try keeper()
    for (step, loss) in [Double.nan, -.nan, .infinity, 0.5, .nan, 0.4, .nan].enumerated() {
      try keeper.note(report(loss, accuracy: loss.isNaN ? 1 : 0.5, step: step))
    }
    #expect(keeper.best?.step == 5 && keeper.best?.loss == 0.4)
    keeper.restore(best: report(.nan))
    #expect(keeper.best == nil)
    try keeper.note(report(2))
    #expect(keeper.best?.loss == 2)
  }

  @Test func nothingIsTheBestOnTestSamples() throws {
    let keeper = try keeper()
    try keeper.note(report(0.1, on: .test))
    #expect(keeper.best == nil)
    try keeper.note(report(0.3))
    try keeper.note(report(0.1, step: 2, on: .test))
    #expect(keeper.best?.loss == 0.3)
    keeper.restore(best: report(0.1, on: .test))
    #expect(keeper.best == nil)
  }

  /// Records the observed losses.
  private final class Listener: Schedule {
    private(set) var losses: [Double] = []

    func learningRate(step: Int, base: Double) -> Double { base }
    func observe(_ value: Double, better: MetricDirection) { losses.append(value) }
  }

  /// A schedule observes the validation loss or the training loss, never the test loss.
  @Test(arguments: [(true, true, 1), (true, false, 1), (false, true, 1), (false, false, 1), (true, true, 0)])
  func schedulesWatchValidationOrTraining(hasValidation: Bool, hasTest: Bool, evaluateEvery: Int) throws {
    var small = SmallExperiment(epochs: 3)
    (small.hasValidation, small.hasTest, small.evaluateEvery) = (hasValidation, hasTest, evaluateEvery)
    let plain = try small.make()
    let listener = Listener()
    let experiment = Experiment(
      network: plain.network, optimizer: plain.optimizer, data: plain.data, settings: plain.settings, schedule: listener
    )
    let recorder = Recorder()
    _ = try Trainer(
      experiment, workspace: experiment.makeWorkspace(communicator: SoloCommunicator()), observers: [recorder]
    ).run()
    let validation = recorder.evaluations.filter { $0.split == .validation }.map(\.loss)
    let training = (1...3).map { epoch in
      let steps = recorder.steps.filter { $0.epoch == epoch }
      return steps.reduce(0) { $0 + $1.loss * Double($1.samples) } / 100
    }
    #expect(listener.losses == (hasValidation && evaluateEvery > 0 ? validation : training))
  }
}
