import Collectives
import Diagnostics
import Formats
import Foundation
import Recipes
import TestSupport
import Testing

@testable import Training

/// Trainings whose samples are mixed: the same bits on any number of ranks, also after resuming.
@Suite struct MixedTrainingTests {
  private struct Outcome: Equatable, Sendable {
    var weights: [UInt32]
    var losses: [Double]
    var accuracies: [Double?]
    var evaluation: Double?
  }

  private final class Crash: Observer {
    let step: Int
    init(at step: Int) { self.step = step }

    func stepDidFinish(_ report: StepReport) throws {
      if report.step == step { throw Failure(.software, "crashed") }
    }
  }

  private static let images = """
    model:
      layers:
        - conv2d: {outputs: 5, kernel: 3}
        - relu
        - global-average-pool
        - linear: {outputs: 3}
    """
  private static let sequences = """
    model:
      layers:
        - gru: {hiddenSize: 5}
        - linear: {outputs: 3}
    """

  /// Forty-one images, or sequences of five steps, with a class or three numbers each. Batches have 13 samples, the last one 2,
  /// so that most of eight ranks have none of it.
  private func withFile<Result>(_ numbers: Bool, _ shape: [Int], _ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var random = TestRandom(31)
    let x = NPYArray(shape: [41] + shape, floats: random.floats(41 * shape.reduce(1, *)))
    let y =
      numbers
      ? NPYArray(shape: [41, 3], floats: random.floats(41 * 3).map { $0 > 0 ? 1 : 0 })
      : NPYArray(shape: [41], int32s: (0..<41).map { _ in Int32.random(in: 0..<3, using: &random) })
    try NPZArchive.write([("x", x), ("y", y)], to: path)
    return try body(path)
  }

  private func train(
    _ keys: String, _ model: String, samples: String, ranks: Int, folder: String? = nil, crash: Int? = nil
  ) throws -> Outcome {
    try onOneInstructionSet {
      try trainOnThreads(keys, model, samples: samples, ranks: ranks, folder: folder, crash: crash)
    }
  }

  private func trainOnThreads(
    _ keys: String, _ model: String, samples: String, ranks: Int, folder: String?, crash: Int?
  ) throws -> Outcome {
    let text = """
      batch: 13
      shards: 8
      epochs: 3
      data: {source: numpy, train: \(samples), test: \(samples), shuffle: true}
      \(model)
      optimizer: {name: adam, learningRate: 0.01}
      \(keys)
      """
    let schedule = CheckpointSchedule(steps: 1, epochs: 0)
    return try ThreadCommunicator.run(ranks: ranks) { communicator -> Outcome in
      let experiment = try Recipe.parse(text, file: "mixed.yaml").makeExperiment()
      let recorder = Recorder()
      var observers: [any Observer] = [recorder]
      if let crash { observers.append(Crash(at: crash)) }
      let store = communicator.isRoot ? folder.map { CheckpointStore(path: $0) } : nil
      let keeper = try CheckpointKeeper(
        experiment, schedule: schedule, store: store, recipe: "", warn: { Issue.record("\($0)") })
      let trainer = try Trainer(
        experiment, workspace: experiment.makeWorkspace(communicator: communicator), observers: observers,
        control: RunControl(folder: store.map(\.path), deadline: nil, schedule: schedule), keeper: keeper)
      try trainer.resume(store?.newest { Issue.record("\($0)") })
      let summary = try trainer.run()
      return try withExtendedLifetime(experiment) {
        Outcome(
          weights: bits(try experiment.model.weights.values.floats), losses: recorder.steps.map(\.loss),
          accuracies: recorder.steps.map(\.accuracy), evaluation: summary.evaluations.last?.loss)
      }
    }[0]
  }

  @Test(arguments: [
    "mix: {mixup: 0.4}", "mix: {cutmix: 1}", "mix: {mixup: 0.2, cutmix: 1}\nprecision: bfloat16",
    "mix: {mixup: 0.4, cutmix: 1}\naccumulate: 2\n"
      + "loss: {name: cross-entropy, labelSmoothing: 0.1, classWeights: balanced}",
    "mix: {mixup: 1, cutmix: 1}\nloss: {name: focal, gamma: 1.5}",
  ])
  func imagesKeepTheBits(keys: String) throws {
    try withFile(false, [6, 5, 2]) { try check(keys, Self.images, samples: $0) }
  }

  @Test(arguments: [
    (false, "mix: {mixup: 0.4}"), (true, "mix: {mixup: 0.4}\nloss: binary-cross-entropy"),
    (true, "loss: {name: binary-cross-entropy, positiveWeights: balanced}"), (true, "loss: binary-focal"),
    (true, "mix: {mixup: 1}\nloss: mse\nprecision: bfloat16"),
  ])
  func sequencesKeepTheBits(numbers: Bool, keys: String) throws {
    try withFile(numbers, [5, 2]) { try check(keys, Self.sequences, samples: $0) }
  }

  private func check(_ keys: String, _ model: String, samples: String) throws {
    let alone = try train(keys, model, samples: samples, ranks: 1)
    let unmixed = keys.split(separator: "\n").filter { !$0.hasPrefix("mix:") }.joined(separator: "\n")
    let plain = try train(unmixed, model, samples: samples, ranks: 1)
    #expect((alone.weights == plain.weights) == !keys.contains("mix:"))
    #expect(alone.losses.allSatisfy { $0.isFinite })
    for ranks in [2, 3, 8] {
      #expect(try train(keys, model, samples: samples, ranks: ranks) == alone, "\(ranks) ranks")
    }
    for (name, outcome) in try onEachInstructionSet({ try train(keys, model, samples: samples, ranks: 1) }) {
      #expect(outcome == alone, "\(name)")
    }
  }

  @Test func aCrashedRunResumesWithTheSameBits() throws {
    let keys = "mix: {mixup: 0.4, cutmix: 1}"
    try withFile(false, [6, 5, 2]) { samples in
      let whole = try train(keys, Self.images, samples: samples, ranks: 1)
      for (before, after, crash) in [(1, 3, 3), (3, 1, 6), (2, 8, 5)] {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(throws: Failure.self) {
          _ = try train(keys, Self.images, samples: samples, ranks: before, folder: folder, crash: crash)
        }
        let resumed = try train(keys, Self.images, samples: samples, ranks: after, folder: folder)
        #expect(resumed.weights == whole.weights && resumed.evaluation == whole.evaluation)
        #expect(!resumed.losses.isEmpty && whole.losses.suffix(resumed.losses.count) == resumed.losses[...])
      }
    }
  }
}
