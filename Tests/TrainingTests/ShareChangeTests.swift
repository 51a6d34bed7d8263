import Collectives
import Datasets
import Diagnostics
import Formats
import Foundation
import Layers
import Optimizers
import Recipes
import TestSupport
import Testing

@testable import Training

/// Ranks that get other shares between steps, as if their speed changed: the bits stay.
@Suite struct ShareChangeTests {
  /// Ranks on one machine, on several, and on both.
  private static let machines: [[[Int]]] = [[[0, 1]], [[0, 1, 2]], [[0], [1]], [[0, 1, 2], [3, 4]]]

  /// Shares at random after most steps, the same on all ranks.
  @Sendable private static func shares(_ step: Int, _ ranks: Int) -> ShardShares? {
    guard ranks > 1, step % 4 != 3 else { return nil }
    var random = TestRandom(UInt64(step * 64 + ranks))
    var counts = [Int](repeating: 1, count: ranks)
    let favoured = Int.random(in: 0..<ranks, using: &random)
    for _ in ranks..<8 {
      counts[Bool.random(using: &random) ? favoured : Int.random(in: 0..<ranks, using: &random)] += 1
    }
    return ShardShares(counts)
  }

  private static let trainings: [String: SmallExperiment] = {
    var plain = SmallExperiment()
    plain.hasValidation = true
    plain.optimizer = { try SGD(count: $0.valueCount, momentum: 0.9) }
    var averaged = plain
    averaged.averageDecay = 0.9
    averaged.accumulate = 2
    averaged.batch = 16
    averaged.hidden = 20
    averaged.optimizerSharding = .always
    averaged.optimizer = { try LAMB(count: $0.valueCount, segments: $0.segments) }
    averaged.recordedTensors = StepCadence(every: 2, last: 12)
    var stateful = plain
    stateful.samples = 99
    stateful.batch = 17
    stateful.recurrent = SmallExperiment.stateful
    var byShard = plain
    byShard.recurrent = { input, hidden in
      let gru = GRU(input: input, hiddenSize: hidden, output: .last)
      let norm = BatchNorm(input: gru.outputShape, momentum: nil, statistics: .shard)
      return [gru, norm, Dropout(input: norm.outputShape, probability: 0.2)]
    }
    var compressed = plain
    compressed.compression = GradientCompression(format: .float16, parts: 3)
    compressed.optimizerSharding = .always
    compressed.optimizer = { try Adam(count: $0.valueCount) }
    var shortened = plain
    (shortened.outliers, shortened.mixing) = (OutlierRule(limit: 1, window: 3), Mixing(mixup: 0.4))
    shortened.precision = .bfloat16
    return [
      "plain": plain, "averaged, accumulated, divided, recorded": averaged, "stateful, dropout, batch norm": stateful,
      "batch norm by shard": byShard, "compressed, divided": compressed, "outliers, mixed, bfloat16": shortened,
    ]
  }()

  @Test(arguments: trainings.keys.sorted())
  func sharesThatChangeKeepTheBits(name: String) throws {
    var small = try #require(Self.trainings[name])
    let alone = try small.train(ranks: 1)
    small.shares = Self.shares
    for machines in Self.machines {
      let outcome = try small.train(machines: machines, bucketBytes: 8192)
      #expect(outcome.shares.count >= 4 && Set(outcome.shares).count > 2, "\(outcome.shares)")
      #expect(outcome.weights == alone.weights && outcome.evaluatedWeights == alone.evaluatedWeights, "\(machines)")
      #expect(outcome.buffers == alone.buffers && outcome.counts == alone.counts, "\(machines)")
      #expect(outcome.losses == alone.losses && outcome.norms == alone.norms, "\(machines)")
      #expect(outcome.accuracies == alone.accuracies && outcome.evaluations == alone.evaluations, "\(machines)")
    }
  }

  // MARK: Images

  private static func samples(_ count: Int, seed: UInt64) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "shares-\(UUID().uuidString).npz").path
    var random = TestRandom(seed)
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [count, 6, 7, 3], floats: random.floats(count * 6 * 7 * 3))),
        ("y", NPYArray(shape: [count], int32s: (0..<count).map { Int32($0 * 7 % 4) })),
      ], to: path)
    return path
  }

  /// Images, with batch normalization over the batch and by shard, dropout, and a beginning that may be frozen.
  private static func recipe() throws -> String {
    """
    batch: 21
    shards: 8
    epochs: 4
    data: {source: numpy, train: \(try samples(50, seed: 6)), validation: \(try samples(23, seed: 7))}
    evaluate: {every: 1}
    model:
      layers:
        - conv2d: {name: stem.conv, outputs: 18, kernel: 3, padding: 1, bias: false}
        - batch-norm: {name: stem.bn}
        - relu
        - residual:
            name: block
            body:
              - conv2d: {name: conv1, outputs: 18, kernel: 3, padding: 1}
              - batch-norm: {name: bn1, statistics: shard}
        - max-pool: {kernel: 2}
        - global-average-pool
        - linear: {name: fc1, outputs: 17}
        - dropout
        - linear: {name: fc2, outputs: 4}
    optimizer: {name: adamw, learningRate: 0.01, clipNorm: 1}
    """
  }

  private struct Trained: Sendable {
    let digest: String
    let losses, evaluations: [Double]
    let runs: Int
    let shares: [ShareReport]
  }

  private func train(
    _ text: String, _ overrides: [String], machines: [[Int]],
    shares: @escaping @Sendable (Int, Int) -> ShardShares? = { _, _ in nil }
  ) throws -> Trained {
    try onOneInstructionSet {
      try ThreadCommunicator.run(machines: machines) { communicator in
        let experiment = try Recipe.parse(text, file: "shares.yaml", overrides: overrides).makeExperiment()
        let recorder = Recorder()
        let trainer = try Trainer(
          experiment, workspace: try experiment.makeWorkspace(communicator: communicator), observers: [recorder],
          link: LinkSpeed(latency: 1e-3, bytesPerSecond: 1e9, bucketBytes: 4096))
        let runs = ForwardRuns(of: experiment.model.layers[0])
        trainer.layerObserver = runs
        trainer.givenShares = { shares($0, communicator.size) }
        _ = try trainer.run()
        return Trained(
          digest: try experiment.weightsDigest(), losses: recorder.steps.map(\.loss),
          evaluations: recorder.evaluations.map(\.loss), runs: runs.count, shares: recorder.shares)
      }[0]
    }
  }

  @Test(arguments: [
    [], ["accumulate=2", "ema.decay=0.9", "optimizerSharding=always"], ["precision=bfloat16", "mix.mixup=0.3"],
    ["compression.format=bfloat16", "compression.parts=4"], ["nonFinite=skip", "compression.format=float16"],
    ["model.freeze=[stem]"], ["model.freeze=[stem]", "model.unfreeze=5 steps", "optimizerSharding=always"],
  ])
  func imagesKeepTheBits(overrides: [String]) throws {
    let text = try Self.recipe()
    let alone = try train(text, overrides, machines: [[0]])
    for machines in Self.machines {
      let outcome = try train(text, overrides, machines: machines, shares: Self.shares)
      #expect(outcome.digest == alone.digest, "\(machines)")
      #expect(outcome.losses == alone.losses && outcome.evaluations == alone.evaluations, "\(machines)")
      #expect(outcome.shares.count >= 4 && outcome.shares.allSatisfy { $0.cause == .speed })
      // The observer of layers stays. What is frozen is computed only once on a machine, whoever computes it.
      if !overrides.contains("model.freeze=[stem]") { #expect(outcome.runs == 12) }
      if overrides == ["model.freeze=[stem]"], machines.count == 1 { #expect(outcome.runs <= 3) }
    }
  }

  /// Test samples of another length are measured in memory of their own.
  @Test func evaluationsOfAnotherShapeKeepTheBits() throws {
    func sequences(_ count: Int, steps: Int) throws -> String {
      let path = FileManager.default.temporaryDirectory.appending(path: "shares-\(UUID().uuidString).npz").path
      var random = TestRandom(UInt64(steps))
      try NPZArchive.write(
        [
          ("x", NPYArray(shape: [count, steps, 3], floats: random.floats(count * steps * 3))),
          ("y", NPYArray(shape: [count], int32s: (0..<count).map { Int32($0 % 3) })),
        ], to: path)
      return path
    }
    let text = """
      batch: 16
      shards: 8
      epochs: 3
      data: {source: numpy, train: \(try sequences(40, steps: 5)), test: \(try sequences(30, steps: 9))}
      evaluate: {every: 1}
      model:
        layers:
          - gru: {hiddenSize: 6}
          - linear: {outputs: 3}
      """
    let alone = try train(text, [], machines: [[0]])
    for machines in Self.machines {
      let outcome = try train(text, [], machines: machines, shares: Self.shares)
      #expect(outcome.digest == alone.digest && outcome.evaluations == alone.evaluations, "\(machines)")
    }
  }

  // MARK: Memory

  /// If the memory for other shares is missing, training goes on with the present ones.
  @Test func shortMemoryChangesNothing() throws {
    let text = try Self.recipe()
    let alone = try train(text, [], machines: [[0]])
    let outcomes = try onOneInstructionSet {
      try ThreadCommunicator.run(ranks: 3) { communicator in
        let experiment = try Recipe.parse(text, file: "shares.yaml").makeExperiment()
        let recorder = Recorder()
        let workspace = try experiment.makeWorkspace(communicator: communicator)
        let trainer = try Trainer(experiment, workspace: workspace, observers: [recorder])
        trainer.givenShares = { [2: ShardShares([2, 4, 2]), 4: ShardShares([1, 1, 6])][$0] }
        // Only one rank has no memory.
        let most = communicator.rank == 2 ? 0 : Int.max
        try AvailableMemory.$most.withValue(most) { _ = try trainer.run() }
        return (try experiment.weightsDigest(), recorder.shares, workspace.tree.shares?.counts)
      }
    }
    for (digest, reports, shares) in outcomes {
      #expect(digest == alone.digest && shares == [2, 4, 2])
      #expect(reports.map(\.cause) == [.speed, .shortMemory] && reports.map(\.step) == [2, 4])
      #expect(reports.map(\.shares) == [[2, 4, 2], [1, 1, 6]])
    }
  }

  // MARK: Checkpoints

  /// A run that is killed after its shares have changed resumes on other ranks, with even shares.
  @Test(arguments: ["stateful, dropout, batch norm", "compressed, divided", "averaged, accumulated, divided, recorded"])
  func aCheckpointDoesNotDependOnTheShares(name: String) throws {
    let small = try #require(Self.trainings[name])
    let alone = try small.train(ranks: 1)
    for (before, after) in [(2, 3), (5, 1), (3, 2)] {
      let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
      defer { try? FileManager.default.removeItem(atPath: folder) }
      #expect(throws: Failure.self) {
        try train(small, ranks: before, folder: folder, crash: 5, shares: Self.shares)
      }
      let weights = try train(small, ranks: after, folder: folder)
      #expect(weights == alone.weights, "\(before) ranks, then \(after)")
    }
  }

  /// Throws after a step, as if the process had died.
  private final class CrashAfter: Observer {
    let step: Int
    init(step: Int) { self.step = step }

    func stepDidFinish(_ report: StepReport) throws {
      if report.step == step { throw Failure(.software, "crashed") }
    }
  }

  /// Trains from the newest checkpoint in `folder`, if there is one, saving after each step; returns the weights' bits.
  @discardableResult
  private func train(
    _ small: SmallExperiment, ranks: Int, folder: String, crash: Int? = nil,
    shares: (@Sendable (Int, Int) -> ShardShares?)? = nil
  ) throws -> [UInt32] {
    try onOneInstructionSet {
      try ThreadCommunicator.run(ranks: ranks) { communicator in
        let experiment = try small.make()
        let schedule = CheckpointSchedule(steps: 1, epochs: 0)
        let store = communicator.isRoot ? CheckpointStore(path: folder) : nil
        let keeper = try CheckpointKeeper(
          experiment, schedule: schedule, store: store, recipe: "", warn: { Issue.record("\($0)") })
        let trainer = try Trainer(
          experiment, workspace: small.workspace(experiment, communicator),
          observers: crash.map { [CrashAfter(step: $0)] } ?? [],
          control: RunControl(folder: store.map(\.path), deadline: nil, schedule: schedule), keeper: keeper)
        try trainer.resume(store?.newest { Issue.record("\($0)") })
        trainer.givenShares = shares.map { shares in { shares($0, communicator.size) } }
        _ = try trainer.run()
        return try withExtendedLifetime(experiment) { bits(try experiment.model.weights.values.floats) }
      }[0]
    }
  }
}
