import Collectives
import Datasets
import Diagnostics
import Foundation
import Layers
import Recipes
import TestSupport
import Testing
import Training

/// A network that is trained on sequences of different lengths.
struct SequenceNetwork: Sendable, CustomTestStringConvertible {
  let name: String
  var target = SequenceFile.Target.aClass
  var hasIndices = false
  /// The layers as YAML, one per line.
  let layers: [String]

  var testDescription: String { name }

  static let all = [
    SequenceNetwork(
      name: "a convolution and a mean",
      layers: ["conv1d: {outputs: 5, kernel: 3, padding: 1}", "relu", "global-average-pool", "linear: {outputs: 4}"]),
    SequenceNetwork(
      name: "windows",
      layers: [
        "conv1d: {outputs: 6, kernel: 2, stride: 2, padding: 1}", "batch-norm", "relu",
        "max-pool: {kernel: 3, stride: 1, padding: 1}", "average-pool: {kernel: 2, stride: 1, padding: 1}",
        "conv1d: {outputs: 4, kernel: 3, padding: 2, dilation: 2, groups: 2}", "max-pool: {kernel: 1, stride: 2}",
        "global-average-pool", "linear: {outputs: 4}",
      ]),
    SequenceNetwork(
      name: "windows rounded up",
      layers: [
        "max-pool: {kernel: 3, stride: 2, padding: 1, ceilMode: true}", "conv1d: {outputs: 6, kernel: 2, padding: 1}",
        "average-pool: {kernel: 4, stride: 3, padding: 2, ceilMode: true, countIncludePad: false}", "tanh",
        "average-pool: {kernel: 2, padding: 1, ceilMode: true}", "global-average-pool", "linear: {outputs: 4}",
      ]),
    SequenceNetwork(
      name: "statistics by shard",
      layers: [
        "batch-norm: {statistics: shard}", "gru: {hiddenSize: 5, output: all, bidirectional: true}", "layer-norm",
        "dropout: {probability: 0.3}", "batch-norm: {statistics: shard, momentum: none}",
        "lstm: {hiddenSize: 6, layers: 2, dropout: 0.2}", "batch-norm", "linear: {outputs: 4}",
      ]),
    SequenceNetwork(
      name: "sums",
      layers: [
        "linear: {outputs: 6}", "softmax",
        """
        residual:
                  body: [conv1d: {outputs: 8, kernel: 3, stride: 2, padding: 1}, batch-norm: {momentum: none}]
                  shortcut: [conv1d: {outputs: 8, kernel: 1, stride: 2}]
        """, "relu", "sequential: {layers: [gelu, sigmoid, residual: {body: [tanh, linear: {outputs: 8}]}]}",
        "rnn: {hiddenSize: 7, bidirectional: true}", "linear: {outputs: 4}",
      ]),
    SequenceNetwork(
      name: "attention",
      layers: [
        "conv1d: {outputs: 6, kernel: 4, padding: same}", "reverse", "relu",
        "residual: {body: [{conv1d: {outputs: 6, kernel: 3, padding: causal, dilation: 2}}, tanh, reverse]}",
        "attention-pool: {hiddenSize: 5}", "linear: {outputs: 4}",
      ]),
    SequenceNetwork(
      name: "the largest values",
      layers: [
        "conv1d: {outputs: 18, kernel: 3, stride: 2, padding: causal}", "leaky-relu", "global-max-pool",
        "linear: {outputs: 4}",
      ]),
    SequenceNetwork(
      name: "a class for each step", target: .classes,
      layers: [
        "gated: {hiddenSize: 6, output: all}", "conv1d: {outputs: 20, kernel: 3, padding: 1}", "leaky-relu",
        "linear: {outputs: 4}",
      ]),
    SequenceNetwork(
      name: "numbers for each step", target: .numbers,
      layers: ["batch-norm", "lstm: {hiddenSize: 5, output: all, bidirectional: true}", "linear: {outputs: 2}"]),
    SequenceNetwork(
      name: "an embedding", hasIndices: true,
      layers: [
        "embedding: {count: 9, dimension: 6}", "conv1d: {outputs: 5, kernel: 3, padding: 1}", "global-average-pool",
        "linear: {outputs: 4}",
      ]),
  ]

  var file: SequenceFile { SequenceFile(target: target, hasIndices: hasIndices) }

  /// The recipe for a file, which is trained and tested on; batches of 10, 10 and 3 of 23 samples.
  func recipe(_ path: String, _ more: String = "", weights: String = "none") throws -> Recipe {
    let text = """
      epochs: 2
      batch: 10
      shards: 4
      data: {source: numpy, train: "\(path)", test: "\(path)"\(more)}
      model:
        weights: \(weights)
        layers:
      \(layers.map { "    - \($0)" }.joined(separator: "\n"))
      \(target == .numbers ? "loss: mse" : "loss: cross-entropy")
      """
    return try Recipe.parse(text, file: "lengths.yaml")
  }

  /// Trains and returns all results.
  func train(_ path: String, _ more: String = "", ranks: Int = 1) throws -> Trained {
    let outcomes = try ThreadCommunicator.run(machines: [Array(0..<ranks)]) { communicator in
      let experiment = try recipe(path, more).makeExperiment()
      let recorder = Recorder()
      let workspace = try experiment.makeWorkspace(communicator: communicator)
      _ = try Trainer(experiment, workspace: workspace, observers: communicator.isRoot ? [recorder] : []).run()
      return try withExtendedLifetime(experiment) {
        Trained(
          weights: try experiment.model.weights.values.floats.map(\.bitPattern),
          buffers: experiment.model.weights.bufferValues.floats.map(\.bitPattern), losses: recorder.steps.map(\.loss),
          norms: recorder.steps.map(\.gradientNorm), evaluations: recorder.evaluations.map(\.loss),
          accuracies: recorder.evaluations.map(\.accuracy))
      }
    }
    return outcomes[0]
  }
}

struct Trained: Sendable, Equatable {
  let weights, buffers: [UInt32]
  let losses, norms, evaluations: [Double]
  let accuracies: [Double?]
}

@Suite struct LengthsTests {
  @Test(arguments: SequenceNetwork.all)
  func paddingChangesNoBits(network: SequenceNetwork) throws {
    try withTemporaryFolder { folder in
      let file = network.file
      try file.write(to: "\(folder)/10.npz", steps: 10)
      try file.write(to: "\(folder)/37.npz", steps: 37, garbage: 1e30)
      try file.write(to: "\(folder)/200.npz", steps: 200, garbage: .nan)
      try file.write(to: "\(folder)/front.npz", steps: 37, padding: .front, garbage: -1e30)
      let wanted = try network.train("\(folder)/10.npz")
      #expect((wanted.losses + wanted.evaluations + wanted.norms).allSatisfy { $0.isFinite && $0 > 0 })
      #expect(Set(wanted.losses).count == 6 && wanted.evaluations.count == 2)
      for steps in [37, 200] { #expect(try network.train("\(folder)/\(steps).npz") == wanted, "\(steps) steps") }
      #expect(try network.train("\(folder)/front.npz", ", padding: front") == wanted)
      for ranks in [2, 3] { #expect(try network.train("\(folder)/37.npz", ranks: ranks) == wanted, "\(ranks) ranks") }
    }
  }

  /// Last batches of 1 to 10 samples, which leave some of the four shards empty or not.
  @Test(arguments: 11...20)
  func remaindersOfBatchesChangeNoBits(samples: Int) throws {
    try withTemporaryFolder { folder in
      for network in SequenceNetwork.all[1...2] {
        let file = SequenceFile(samples: samples, longest: 40)
        try file.write(to: "\(folder)/40.npz", steps: 40)
        try file.write(to: "\(folder)/61.npz", steps: 61, garbage: 1e30)
        let wanted = try network.train("\(folder)/40.npz")
        #expect(wanted.losses.count == 4 && wanted.losses.allSatisfy { $0.isFinite })
        #expect(try network.train("\(folder)/61.npz", ranks: 1 + samples % 4) == wanted, "\(network)")
      }
    }
  }

  /// If all samples have the same number of steps, lengths change nothing.
  @Test(arguments: SequenceNetwork.all)
  func equalLengthsChangeNoBits(network: SequenceNetwork) throws {
    try withTemporaryFolder { folder in
      var file = network.file
      file.lengths = file.lengths.map { _ in 7 }
      try file.write(to: "\(folder)/whole.npz", steps: 7, withLengths: false)
      try file.write(to: "\(folder)/padded.npz", steps: 19, garbage: 5)
      #expect(try network.train("\(folder)/padded.npz") == network.train("\(folder)/whole.npz"))
    }
  }

  /// Each sample in a separate file, with its steps and no lengths, has the same outputs.
  @Test(arguments: SequenceNetwork.all)
  func aSingleSampleHasTheSameOutputs(network: SequenceNetwork) throws {
    try withTemporaryFolder { folder in
      let file = network.file
      try file.write(to: "\(folder)/padded.npz", steps: 12, garbage: 3)
      let recipe = try network.recipe("\(folder)/padded.npz")
      func outputs(_ path: String, steps: Int) throws -> [[UInt32]] {
        let data = try recipe.makeReader(facts: DataFacts(inputShape: [12, file.hasIndices ? 1 : 3], classNames: []))
          .samples(path)
        #expect(data.inputShape.steps == steps)
        let workspace = try Workspace(
          recipe.makeNetwork(inputShape: data.inputShape), batch: 64, shards: 1, seed: 1,
          communicator: SoloCommunicator())
        return try Predictor(data: data, workspace: workspace).predict(0..<data.count).map { prediction in
          prediction.outputs.map(\.bitPattern)
        }
      }
      let together = try outputs("\(folder)/padded.npz", steps: 10)
      for sample in 0..<12 {
        let steps = file.lengths[sample]
        try file.write(to: "\(folder)/one.npz", steps: steps, withLengths: false, samples: [sample])
        #expect(try outputs("\(folder)/one.npz", steps: steps) == [together[sample]], "sample \(sample)")
      }
    }
  }

  /// A network for any number of steps is tested on another number than in training, with or without lengths.
  @Test func testSamplesMayHaveOtherNumbersOfSteps() throws {
    try withTemporaryFolder { folder in
      let network = SequenceNetwork.all[0]
      var file = network.file
      file.lengths = file.lengths.map { min($0, 7) }
      try file.write(to: "\(folder)/train.npz", steps: 7)
      try file.write(to: "\(folder)/test.npz", steps: 23, garbage: 2)
      func evaluations(test: String, layers: [String] = network.layers) throws -> [Double] {
        let other = SequenceNetwork(name: "", layers: layers)
        var recipe = try other.recipe("\(folder)/train.npz")
        if var settings = recipe.data as? NumPyEntry {
          settings.test = test
          recipe.data = settings
        }
        let experiment = try recipe.makeExperiment()
        let recorder = Recorder()
        let workspace = try experiment.makeWorkspace(communicator: SoloCommunicator())
        _ = try Trainer(experiment, workspace: workspace, observers: [recorder]).run()
        return recorder.evaluations.map(\.loss)
      }
      #expect(try evaluations(test: "\(folder)/test.npz") == evaluations(test: "\(folder)/train.npz"))

      // Without lengths, except for layers that depend on the number of steps.
      file.lengths = file.lengths.map { _ in 7 }
      try file.write(to: "\(folder)/train.npz", steps: 7, withLengths: false)
      file.lengths = file.lengths.map { _ in 9 }
      try file.write(to: "\(folder)/longer.npz", steps: 9, withLengths: false)
      #expect(try evaluations(test: "\(folder)/longer.npz").allSatisfy { $0.isFinite })
      #expect(
        throws: Failure(
          .configuration, "the test samples are a sequence of 9×3, the training samples a sequence of 7×3",
          advice: "only the number of steps may differ, where no layer depends on it")
      ) {
        try evaluations(test: "\(folder)/longer.npz", layers: ["flatten", "linear: {outputs: 4}"])
      }
    }
  }
}

/// Calls `body` with a folder that is removed afterwards.
private func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "lengths-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}
