import Collectives
import Formats
import Foundation
import Recipes
import TestSupport
import Testing
import Training

/// Truncated back-propagation through a whole run: two epochs, each from a state of zero, with the state carried from
/// batch to batch, against PyTorch (Tests/Reference/make_stateful_reference.py).
@Suite struct StatefulRunTests {
  private struct Outcome: Sendable {
    let weights: [UInt32]
    let losses, testLosses: [Double]
  }

  private let archive = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Reference/stateful.npz").path

  private func train(in folder: String, stateful: Bool, ranks: Int) throws -> Outcome {
    let text = """
      batch: 8
      shards: 4
      epochs: 2
      data: {source: numpy, train: \(folder)/train.npz, test: \(folder)/test.npz, shuffle: false}
      model:
        weights: \(folder)/initial.safetensors
        layers:
          - lstm: {hiddenSize: 5, layers: 2, stateful: \(stateful)}
          - linear: {outputs: 4}
      optimizer: {name: sgd, learningRate: 0.3}
      evaluate: {every: 1}
      """
    return try ThreadCommunicator.run(ranks: ranks) { communicator -> Outcome in
      let recipe = try Recipe.parse(text, file: "stateful.yaml")
      let experiment = try recipe.makeExperiment()
      let workspace = try experiment.makeWorkspace(communicator: communicator)
      let recorder = Recorder()
      _ = try Trainer(experiment, workspace: workspace, observers: [recorder]).run()
      return Outcome(
        weights: bits(try experiment.model.weights.values.floats), losses: recorder.steps.map(\.loss),
        testLosses: recorder.evaluations.map(\.loss))
    }[0]
  }

  private func withData(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let reference = try NPZArchive(contentsOf: archive)
    for part in ["train", "test"] {
      try NPZArchive.write(
        [("x", try reference.array("\(part).x")), ("y", try reference.array("\(part).y"))],
        to: "\(folder)/\(part).npz")
    }
    let names = reference.names.filter { $0.hasPrefix("initial.") }
    let tensors = try names.map { name in
      let array = try reference.array(name)
      return (name: String(name.dropFirst("initial.".count)), shape: array.shape, values: array.floats())
    }
    try SafetensorsFile(tensors: tensors).write(to: "\(folder)/initial.safetensors")
    try body(folder)
  }

  @Test func statesAreCarriedWithinAnEpochAsInPyTorchOnAnyNumberOfRanks() throws {
    let reference = try NPZArchive(contentsOf: archive)
    let (losses, testLosses) = (try reference.array("losses").doubles(), try reference.array("test.losses").doubles())
    try withData { folder in
      let alone = try train(in: folder, stateful: true, ranks: 1)
      #expect(alone.losses.count == losses.count && alone.testLosses.count == testLosses.count)
      for (own, wanted) in zip(alone.losses + alone.testLosses, losses + testLosses) {
        #expect((own - wanted).magnitude < 2e-6)
      }
      // Two ranks have two shards each, three ranks have one, one and two.
      for ranks in [2, 3, 4] {
        let outcome = try train(in: folder, stateful: true, ranks: ranks)
        #expect(outcome.weights == alone.weights, "\(ranks) ranks")
        #expect(outcome.losses == alone.losses && outcome.testLosses == alone.testLosses, "\(ranks) ranks")
      }
      let fresh = try train(in: folder, stateful: false, ranks: 1)
      #expect(fresh.losses[0] == alone.losses[0])
      for step in 1..<3 { #expect((fresh.losses[step] - alone.losses[step]).magnitude > 1e-3, "step \(step)") }
      #expect((fresh.testLosses[0] - alone.testLosses[0]).magnitude > 1e-4)
    }
  }
}
