import Collectives
import Diagnostics
import Foundation
import Layers
import Optimizers
import TestSupport
import Testing

@testable import Training

/// Trainings that crash and resume from a checkpoint on other numbers of ranks.
struct ResumeTests {
  /// Throws after a step, as if the process had died.
  private final class Crash: Observer {
    let step: Int
    init(at step: Int) { self.step = step }

    func stepDidFinish(_ report: StepReport) throws {
      if report.step == step { throw Failure(.software, "crashed") }
    }
  }

  private static let small: [String: SmallExperiment] = {
    var plain = SmallExperiment()
    plain.epochs = 3
    plain.hasValidation = true
    var averaged = plain
    averaged.averageDecay = 0.9
    averaged.averageInterval = 2
    averaged.accumulate = 2
    averaged.batch = 16
    averaged.hidden = 20
    averaged.optimizerSharding = .always
    averaged.optimizer = { try Adam(count: $0.valueCount) }
    var plateau = plain
    plateau.hasTest = false
    plateau.hasValidation = false
    plateau.schedule = {
      WarmupSchedule(steps: 2, following: PlateauSchedule(factor: 0.5, patience: 0, threshold: 0.5))
    }
    plateau.optimizer = { try SGD(count: $0.valueCount, momentum: 0.9) }
    var stateful = plain
    stateful.samples = 99
    stateful.recurrent = SmallExperiment.stateful
    stateful.averageDecay = 0.9
    var nested = stateful
    nested.recurrent = { input, hidden in
      var options = RecurrentOptions()
      options.isStateful = true
      let gru = try GRU(input: input, hiddenSize: hidden, options: options)
      // Its running values depend on the count of batches.
      let norm = BatchNorm(input: gru.outputShape, momentum: nil, statistics: .shard)
      return [Sequential(input: input, layers: [gru, norm])]
    }
    var compressed = plain
    compressed.compression = GradientCompression(format: .float16, parts: 3)
    compressed.optimizerSharding = .always
    compressed.optimizer = { try Adam(count: $0.valueCount) }
    // The loss falls, so the first is the best by this monitor.
    var early = plain
    early.epochs = 9
    early.monitor = Monitor(metric: "loss", direction: .greatest)
    early.stop = EarlyStop(patience: 2)
    early.restoresBest = true
    var earlyAverage = averaged
    earlyAverage.epochs = 20
    (earlyAverage.monitor, earlyAverage.stop) = (early.monitor, EarlyStop(patience: 4))
    earlyAverage.restoresBest = true
    var shortened = plain
    (shortened.epochs, shortened.outliers) = (4, OutlierRule(limit: 1, window: 3))
    shortened.optimizer = { try SGD(count: $0.valueCount, momentum: 0.9) }
    shortened.optimizerSharding = .always
    return [
      "outliers shortened": shortened, "stopped early with the best weights": early,
      "stopped early with the best averages": earlyAverage,
      "compressed": compressed, "plain": plain, "averaged, accumulated": averaged, "plateau": plateau,
      "stateful, dropout, batch norm": stateful,
      "stateful and counted within a sequential": nested,
    ]
  }()

  private struct Outcome: Equatable, Sendable {
    var weights: [UInt32]
    var counts: [Int64]
    var losses: [Double]
    var evaluations: [EvaluationReport]
    var best: EvaluationReport?
    var patience: Patience?
    var isBest = false
  }

  /// Trains from the checkpoints in `folder`, saving every `every` steps; crashes after step `crash`.
  private func train(
    _ name: String, ranks: Int, folder: String?, every: Int? = nil, crash: Int? = nil
  ) throws -> Outcome {
    let small = try #require(Self.small[name])
    let schedule = CheckpointSchedule(steps: every, epochs: 0)
    return try ThreadCommunicator.run(ranks: ranks) { communicator -> Outcome in
      let made = try small.make()
      let recorder = Recorder()
      var observers: [any Observer] = [recorder]
      if let crash { observers.append(Crash(at: crash)) }
      let store = communicator.isRoot ? folder.map { CheckpointStore(path: $0) } : nil
      let keeper = try CheckpointKeeper(
        made, schedule: schedule, store: store, recipe: "", warn: { Issue.record("\($0)") })
      let trainer = try Trainer(
        made, workspace: small.workspace(made, communicator), observers: observers,
        control: RunControl(folder: store.map(\.path), deadline: nil, schedule: schedule), keeper: keeper)
      try trainer.resume(store?.newest { Issue.record("\($0)") })
      let summary = try trainer.run()
      return try withExtendedLifetime(made) {
        Outcome(
          weights: bits(try made.evaluatedWeights.values.floats) + bits(try made.model.weights.values.floats)
            + bits(made.model.weights.bufferValues.floats) + bits(made.evaluatedWeights.bufferValues.floats),
          counts: made.model.weights.counts, losses: recorder.steps.map(\.loss),
          evaluations: summary.evaluations, best: keeper.best, patience: summary.patience, isBest: summary.isBest)
      }
    }[0]
  }

  private func temporary(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test(arguments: small.keys.sorted(), [2, 4, 5])
  func aCrashedRunResumesWithTheSameBitsOnOtherRanks(name: String, crash: Int) throws {
    let whole = try trainWhole(name)
    for (before, after) in [(1, 3), (3, 1), (2, 5)] {
      try temporary { folder in
        #expect(throws: Failure.self) {
          _ = try train(name, ranks: before, folder: folder, every: 1, crash: crash + 1)
        }
        let resumed = try train(name, ranks: after, folder: folder)
        #expect(resumed.weights == whole.weights, "\(before) ranks, then \(after)")
        #expect(resumed.evaluations == whole.evaluations)
        #expect(resumed.best == whole.best && resumed.patience == whole.patience && resumed.isBest == whole.isBest)
        #expect(resumed.losses.isEmpty == false && whole.losses.suffix(resumed.losses.count) == resumed.losses[...])
      }
    }
  }

  private func trainWhole(_ name: String) throws -> Outcome {
    var whole: Outcome?
    try temporary { whole = try train(name, ranks: 1, folder: $0) }
    return try #require(whole)
  }

  /// Training ends after the evaluations without an improvement, and its last evaluations are those of the best weights.
  @Test(arguments: [("stopped early with the best weights", 12, 1), ("stopped early with the best averages", 20, 1)])
  func anEarlyStopRestoresTheBestWeights(name: String, steps: Int, best: Int) throws {
    let whole = try trainWhole(name)
    #expect(whole.losses.count == steps && whole.patience?.bestEpoch == best && whole.isBest)
    #expect(whole.best?.epoch == best && whole.evaluations.map(\.epoch) == [best, best])
    #expect(whole.evaluations[0] == whole.best)
    let once = try trainOneEpoch(name)
    #expect(whole.evaluations[1].loss == once.evaluations.last?.loss, "the test loss of the best weights")
  }

  private func trainOneEpoch(_ name: String) throws -> TrainingTests.Outcome {
    var small = try #require(Self.small[name])
    (small.epochs, small.stop, small.restoresBest) = (1, nil, false)
    return try small.train(ranks: 3)
  }

  @Test(arguments: ["plain", "stopped early with the best weights"])
  func aFinishedRunOnlyEvaluatesAgain(name: String) throws {
    try temporary { folder in
      let whole = try train(name, ranks: 2, folder: folder)
      let again = try train(name, ranks: 1, folder: folder)
      #expect(again.weights == whole.weights && again.losses.isEmpty && again.evaluations == whole.evaluations)
    }
  }

  @Test func onlyTheNewestAndTheBestAreKept() throws {
    try temporary { folder in
      let whole = try train("plain", ranks: 1, folder: folder, every: 2)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      let best = try #require(whole.best)
      let digits = String(repeating: "0", count: 8 - String(best.step).count) + String(best.step)
      #expect(names.filter { $0.hasPrefix("best-") } == ["best-\(digits)"])
      #expect(names.filter { $0.hasPrefix("step-") }.count == 2 && names.contains("step-00000012"))
      #expect(names.contains("last") && names.contains("best") && names.count == 5, "\(names)")
      let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/last")
      #expect(link == "step-00000012")
    }
  }
}
