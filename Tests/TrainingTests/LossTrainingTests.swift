import Collectives
import Diagnostics
import Formats
import Foundation
import Recipes
import TestSupport
import Testing
import Training

/// Every loss, trained on ranks that are threads: the same bits on any number of ranks, and the loss falls.
@Suite struct LossTrainingTests {
  private struct Outcome: Sendable {
    let weights: [UInt32]
    let losses: [Double]
    let accuracies: [Double?]
    let evaluation: EvaluationReport
  }

  private func train(_ loss: String, outputs: Int, perStep: Bool, samples: String, ranks: Int) throws -> Outcome {
    let text = """
      batch: 13
      shards: 5
      epochs: 6
      data: {source: numpy, train: \(samples), test: \(samples)}
      model:
        initialization: orthogonal
        layers:
          - gru: {hiddenSize: 7, output: \(perStep ? "all" : "last")}
          - linear: {outputs: \(outputs)}
      loss: \(loss)
      optimizer: {name: rmsprop, learningRate: 0.01}
      """
    return try ThreadCommunicator.run(ranks: ranks) { communicator -> Outcome? in
      let recipe = try Recipe.parse(text, file: "loss.yaml")
      let experiment = try recipe.makeExperiment()
      let workspace = try experiment.makeWorkspace(communicator: communicator)
      let recorder = Recorder()
      let summary = try Trainer(experiment, workspace: workspace, observers: [recorder]).run()
      return try summary.evaluations.last.map {
        Outcome(
          weights: bits(try experiment.model.weights.values.floats), losses: recorder.steps.map(\.loss),
          accuracies: recorder.steps.map(\.accuracy), evaluation: $0)
      }
    }.compactMap(\.self)[0]
  }

  /// Forty sequences of up to four steps with targets of a shape.
  private func check(_ loss: String, outputs: Int, perStep: Bool = false, _ y: (inout TestRandom) -> NPYArray) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var random = TestRandom(12)
    let lengths = (0..<40).map { _ in Int32.random(in: 1...4, using: &random) }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [40, 4, 3], floats: random.floats(40 * 4 * 3))), ("y", y(&random)),
        ("lengths", NPYArray(shape: [40], int32s: lengths)),
      ], to: path)
    let alone = try train(loss, outputs: outputs, perStep: perStep, samples: path, ranks: 1)
    #expect(alone.losses.allSatisfy { $0.isFinite })
    let (first, last) = (alone.losses.prefix(4).reduce(0, +), alone.losses.suffix(4).reduce(0, +))
    #expect(last < first, "\(loss): from \(first / 4) to \(last / 4)")
    for ranks in [2, 3, 5] {
      let outcome = try train(loss, outputs: outputs, perStep: perStep, samples: path, ranks: ranks)
      #expect(outcome.weights == alone.weights, "\(loss) on \(ranks) ranks")
      #expect(outcome.losses == alone.losses && outcome.accuracies == alone.accuracies)
      #expect(outcome.evaluation.loss == alone.evaluation.loss)
      #expect(outcome.evaluation.confusion == alone.evaluation.confusion)
    }
    let isRegression = ["mse", "l1", "huber", "smooth-l1"].contains { loss.contains($0) }
    #expect(alone.accuracies.allSatisfy { ($0 == nil) == isRegression })
    #expect((alone.evaluation.accuracy == nil) == isRegression)
    #expect(alone.evaluation.samples == 40)
    if !isRegression, !loss.contains("binary") {
      let ignored = loss.contains("ignoreIndex") ? 1 : 0
      let counted = perStep ? Int(lengths.reduce(0, +)) : 40 - ignored
      #expect(alone.evaluation.confusion.samples == counted)
    } else {
      #expect(alone.evaluation.confusion.isEmpty)
    }
  }

  @Test func crossEntropyWithAllItsSettings() throws {
    let loss = "{name: cross-entropy, labelSmoothing: 0.1, classWeights: [1, 2, 0.5], ignoreIndex: -1}"
    try check(loss, outputs: 3) { random in
      let classes = (0..<40).map { $0 == 7 ? -1 : Int32.random(in: 0..<3, using: &random) }
      return NPYArray(shape: [40], int32s: classes)
    }
  }

  @Test(arguments: [
    "{name: focal, gamma: 1.5, classWeights: balanced, ignoreIndex: -1}",
    "{name: cross-entropy, classWeights: balanced, ignoreIndex: -1}",
  ])
  func balancedClasses(loss: String) throws {
    try check(loss, outputs: 3) { random in
      NPYArray(shape: [40], int32s: (0..<40).map { $0 == 7 ? -1 : Int32.random(in: 0..<3, using: &random) })
    }
  }

  @Test func aClassForEachStep() throws {
    try check("cross-entropy", outputs: 3, perStep: true) { random in
      NPYArray(shape: [40, 4], int32s: (0..<160).map { _ in Int32.random(in: 0..<3, using: &random) })
    }
  }

  @Test(arguments: [
    "mse", "l1", "{name: huber, delta: 0.3}", "{name: smooth-l1, beta: 0.3}", "binary-cross-entropy",
    "{name: binary-cross-entropy, positiveWeights: balanced}", "binary-focal",
  ])
  func numbers(loss: String) throws {
    for perStep in [false, true] {
      try check(loss, outputs: 2, perStep: perStep) { random in
        let shape = perStep ? [40, 4, 2] : [40, 2]
        let values = random.floats(shape.reduce(1, *))
        return NPYArray(shape: shape, floats: loss.contains("binary") ? values.map { $0 > 0 ? 1 : 0 } : values)
      }
    }
  }
}
