import Collectives
import Datasets
import Formats
import Foundation
import Layers
import Optimizers
import Testing
import Training

/// Schedules, averaging and clipping within a run.
@Suite struct ScheduledTrainingTests {
  @Test func everyStepReportsItsOwnRate() throws {
    var small = SmallExperiment()
    small.schedule = { WarmupSchedule(steps: 2, following: PolynomialSchedule(length: 5)) }
    let rates = try small.train(ranks: 2).rates
    let wanted = [0, 0.005, 0.01, 0.008, 0.006, 0.004, 0.002, 0]
    #expect(zip(rates, wanted).allSatisfy { ($0 - $1).magnitude < 1e-15 } && rates.count == 8, "\(rates)")
  }

  /// With a threshold of 1 no loss is better, so each one after the first reduces the rate.
  @Test(arguments: [(true, 1), (true, 0), (false, 1)])
  func aPlateauObservesOnceAnEpoch(hasValidation: Bool, evaluateEvery: Int) throws {
    var small = SmallExperiment()
    small.epochs = 3
    small.hasValidation = hasValidation
    small.evaluateEvery = evaluateEvery
    small.schedule = { PlateauSchedule(factor: 0.5, patience: 0, threshold: 1) }
    let rates = try small.train(ranks: 2).rates
    #expect(rates == [0.01, 0.005, 0.0025].flatMap { Array(repeating: $0, count: 4) })
  }

  @Test func averagingChangesEvaluationsButNotTraining() throws {
    let plain = try SmallExperiment().train(ranks: 1)
    var small = SmallExperiment()
    small.averageDecay = 0.9
    let averaged = try small.train(ranks: 1)
    #expect(averaged.weights == plain.weights)
    #expect(averaged.losses == plain.losses)
    #expect(averaged.evaluatedWeights != averaged.weights)
    #expect(averaged.evaluations.map(\.loss) != plain.evaluations.map(\.loss))
    small.averageDecay = 0
    let last = try small.train(ranks: 1)
    #expect(last.evaluations.map(\.loss) == plain.evaluations.map(\.loss), "nothing kept: the last weights")
  }

  /// The weights file has the averaged weights and says so; its evaluation gives the run's test loss.
  @Test func theWeightsFileHoldsTheAverage() throws {
    var small = SmallExperiment()
    small.averageDecay = 0.5
    let experiment = try small.make()
    let communicator = SoloCommunicator()
    let workspace = try small.workspace(experiment, communicator)
    let summary = try Trainer(experiment, workspace: workspace, observers: []).run()
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try experiment.writeWeights(to: path, metadata: ["recipe": "small"])
    let metadata = try SafetensorsFile(contentsOf: path).metadata
    #expect(metadata == ["recipe": "small", "weights": "average", "decay": "0.5"])

    let fresh = try small.make()
    try fresh.model.readWeights(from: path)
    let evaluator = try Evaluator(
      data: #require(fresh.data.test), split: .test, workspace: small.workspace(fresh, communicator))
    let report = try evaluator.run(step: 0, epoch: 0)
    #expect(report.loss == summary.evaluations.last?.loss)
  }

  /// Clipping by value comes before clipping by norm, and the reported norm is that before clipping.
  @Test func clippingByValueChangesTheUpdateAndNotTheReport() throws {
    let plain = try SmallExperiment().train(ranks: 1)
    var small = SmallExperiment()
    small.clipValue = 1e-4
    let clipped = try small.train(ranks: 1)
    #expect(clipped.norms[0] == plain.norms[0])
    #expect(clipped.weights != plain.weights)
    small.optimizer = { try SGD(count: $0.valueCount) }
    small.epochs = 1
    small.samples = 33
    let fresh = try small.make()
    let start = try withExtendedLifetime(fresh) { Array(try fresh.model.weights.values.floats) }
    let moved = try small.train(ranks: 1).weights
    let changes = zip(moved, start).map { (Float(bitPattern: $0) - $1).magnitude }
    #expect(
      (changes.max() ?? 0) > 0.5e-6 && (changes.max() ?? 1) < 1.1e-6, "a rate of 0.01 times 1e-4: \(changes.max() ?? 0)"
    )
  }
}
