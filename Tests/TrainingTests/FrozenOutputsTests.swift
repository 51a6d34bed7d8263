import CAllocationCounter
import Collectives
import Formats
import Foundation
import Layers
import Recipes
import TestSupport
import Testing

@testable import Training

/// What frozen layers make of the samples is computed once, and changes no bit.
@Suite struct FrozenOutputsTests {
  private static func samples(_ count: Int, seed: UInt64) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "frozen-\(UUID().uuidString).npz").path
    var random = TestRandom(seed)
    let targets = (0..<count).map { Int32($0 * 7 % 4) }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [count, 6, 7, 3], floats: random.floats(count * 6 * 7 * 3))),
        ("y", NPYArray(shape: [count], int32s: targets)),
      ], to: path)
    return path
  }

  /// Images, a frozen beginning with another layer within, and a head.
  private static func recipe(below: String = "- relu") throws -> String {
    """
    batch: 21
    shards: 8
    epochs: 4
    data: {source: numpy, train: \(try samples(50, seed: 6)), validation: \(try samples(23, seed: 7))}
    evaluate: {every: 1}
    model:
      freeze: [stem, block]
      layers:
        - conv2d: {name: stem.conv, outputs: 18, kernel: 3, padding: 1, bias: false}
        - batch-norm: {name: stem.bn}
        \(below)
        - residual:
            name: block
            body:
              - conv2d: {name: conv1, outputs: 18, kernel: 3, padding: 1}
              - batch-norm: {name: bn1}
        - relu
        - global-average-pool
        - linear: {name: fc1, outputs: 17}
        - dropout
        - linear: {name: fc2, outputs: 4}
    optimizer: {name: adamw, learningRate: 0.01, clipNorm: 1}
    """
  }

  private struct Trained: Sendable, Equatable {
    var digest = ""
    var losses: [Double] = []
    var evaluations: [Double] = []
    var runs = 0
  }

  private func train(_ text: String, _ overrides: [String] = [], counting layer: Int = 0, machines: [[Int]] = [[0]])
    throws -> Trained
  {
    try onOneInstructionSet {
      try ThreadCommunicator.run(machines: machines) {
        try train(text, overrides, counting: layer, on: $0)
      }[0]
    }
  }

  private func train(
    _ text: String, _ overrides: [String], counting layer: Int, on communicator: any Communicator
  ) throws -> Trained {
    let experiment = try Recipe.parse(text, file: "frozen.yaml", overrides: overrides).makeExperiment()
    let recorder = Recorder()
    let trainer = try Trainer(
      experiment, workspace: try experiment.makeWorkspace(communicator: communicator), observers: [recorder],
      link: LinkSpeed(latency: 1e-3, bytesPerSecond: 1e9, bucketBytes: 4096))
    let runs = ForwardRuns(of: experiment.model.layers[layer])
    trainer.layerObserver = runs
    _ = try trainer.run()
    return Trained(
      digest: try experiment.weightsDigest(), losses: recorder.steps.map(\.loss),
      evaluations: recorder.evaluations.map(\.loss), runs: runs.count)
  }

  @Test(arguments: [
    [], ["model.unfreeze=7 steps"], ["accumulate=2", "ema.decay=0.9"],
    ["data.shuffle=false", "model.unfreeze=2 epochs"], ["precision=bfloat16"],
    ["model.freeze=[stem]", "model.layers.3.residual.body.1.batch-norm.statistics=shard"],
  ])
  func keptOutputsChangeNoBit(overrides: [String]) throws {
    let text = try Self.recipe()
    let expected = try train(text, overrides + ["model.frozenCache=0"])
    // Each step, or each of its batches, runs the layer.
    #expect(expected.runs == 12)
    for machines in [[[0]], [[0, 1]], [[0], [1]], [[0, 1], [2]], [[0, 1, 2, 3, 4, 5, 6, 7]]] {
      var kept = try train(text, overrides, machines: machines)
      // The first epoch computes them. On one machine no later one does, until the layers learn.
      let learning =
        overrides.contains("model.unfreeze=7 steps") ? 5 : overrides.contains("model.unfreeze=2 epochs") ? 6 : 0
      #expect(kept.runs >= learning + (machines.count == 1 ? 0 : 3))
      if machines.count == 1 { #expect(kept.runs <= 3 + learning) }
      kept.runs = expected.runs
      #expect(kept == expected, "\(machines)")
    }
  }

  /// Layers behind a chance or behind a layer that learns are computed in every step.
  @Test func whatCannotBeKeptIsComputed() throws {
    #expect(try train(try Self.recipe(below: "- dropout"), counting: 3).runs == 12)
    let text = try Self.recipe()
    #expect(try train(text, ["model.freeze=[block]"]).runs == 12)
    #expect(try train(text, ["model.freeze=[stem.bn]"]).runs == 12)
  }

  @Test(.enabled(if: dpt_counts_allocations(), "a sanitizer has allocation functions of its own"))
  func stepsAfterTheFirstAllocateNothing() throws {
    let text = try Self.recipe()
    let counts = try ThreadCommunicator.run(machines: [[0, 1]]) { communicator -> UInt64 in
      let experiment = try Recipe.parse(text, file: "frozen.yaml").makeExperiment()
      let step = try TrainingStep(experiment, workspace: try experiment.makeWorkspace(communicator: communicator))
      var report = StepReport()
      step.beginEpoch()
      try step.run(epoch: 0, positions: 0..<21, into: &report)
      let before = dpt_allocation_count()
      try step.run(epoch: 0, positions: 21..<42, into: &report)
      try step.run(epoch: 0, positions: 42..<50, into: &report)
      for first in [0, 21] { try step.run(epoch: 1, positions: first..<first + 21, into: &report) }
      return dpt_allocation_count() - before
    }
    #expect(counts.allSatisfy { $0 == 0 }, "\(counts)")
  }
}
