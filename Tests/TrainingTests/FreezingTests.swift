import Collectives
import Diagnostics
import Formats
import Foundation
import Layers
import Recipes
import Tensors
import TestSupport
import Testing

@testable import Training

/// Frozen parameters: their values, the gradients above them, and the bits on any number of ranks.
@Suite struct FreezingTests {
  private static let folder = FileManager.default.temporaryDirectory.appending(path: "freezing-\(UUID().uuidString)")

  /// A stem with normalization and a residual block, and a head.
  private static func recipe(_ samples: String) -> String {
    """
    batch: 21
    shards: 8
    steps: 12
    epochs: 100
    data: {source: numpy, train: \(samples)}
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
              - relu
              - conv2d: {name: conv2, outputs: 18, kernel: 1}
            shortcut:
              - batch-norm: {name: down, affine: false}
        - max-pool: 2
        - flatten
        - sequential:
            name: head
            layers:
              - linear: {name: fc1, outputs: 17}
              - relu
              - linear: {name: fc2, outputs: 4}
    optimizer: {name: adamw, learningRate: 0.01, clipNorm: 1}
    """
  }

  /// Samples of images or vectors, and their classes.
  private func write(_ name: String, shape: [Int], values: [Float]) throws -> String {
    try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
    let path = Self.folder.appending(path: name).path
    let targets = (0..<shape[0]).map { Int32($0 * 7 % 4) }
    try NPZArchive.write(
      [("x", NPYArray(shape: shape, floats: values)), ("y", NPYArray(shape: [shape[0]], int32s: targets))], to: path)
    return path
  }

  private func images(_ name: String) throws -> String {
    var random = TestRandom(6)
    return try write(name, shape: [50, 6, 7, 3], values: random.floats(50 * 6 * 7 * 3))
  }

  private struct Trained: Sendable {
    /// The values of each parameter and buffer before and after.
    var before: [String: [UInt32]] = [:]
    var after: [String: [UInt32]] = [:]
    var losses: [Double] = []

    var changed: Set<String> { Set(after.keys.filter { after[$0] != before[$0] }) }
  }

  private func train(_ text: String, _ overrides: [String] = [], machines: [[Int]] = [[0]]) throws -> Trained {
    let outcomes = try ThreadCommunicator.run(machines: machines) { communicator -> Trained in
      let experiment = try Recipe.parse(text, file: "freezing.yaml", overrides: overrides).makeExperiment()
      let model = experiment.model
      func state() throws -> [String: [UInt32]] {
        Dictionary(
          uniqueKeysWithValues: try (model.parameters + model.buffers).map {
            ($0.name, bits(Array(try model.weights.values(of: $0))))
          })
      }
      var trained = Trained()
      trained.before = try state()
      let recorder = Recorder()
      let trainer = try Trainer(
        experiment, workspace: try experiment.makeWorkspace(communicator: communicator), observers: [recorder],
        link: LinkSpeed(latency: 1e-3, bytesPerSecond: 1e9, bucketBytes: 4096))
      _ = try trainer.run()
      trained.after = try state()
      trained.losses = recorder.steps.map(\.loss)
      return trained
    }
    return outcomes[0]
  }

  @Test(arguments: [
    ["model.freeze=[stem, block]"], ["model.freeze=[block]"], ["model.freeze=[stem.bn, head.fc1.weight]"],
    ["model.freeze=['*.bn*', block.down]"], ["model.freeze=[stem.bn.weight, '*.bias']"],
    ["model.freeze=['*.running_*']"], ["model.freeze=[stem.bn.running_mean, block.bn1.running_var, block.bn1.bias]"],
    ["model.freeze=[stem.conv, 'stem.bn.running_*']", "model.unfreeze=5 steps"],
    ["model.freeze=[stem, block]", "model.unfreeze=5 steps", "optimizer.groups=[{match: stem, learningRate: x0.1}]"],
  ])
  func frozenValuesStayAndAllRanksAgree(overrides: [String]) throws {
    let text = Self.recipe(try images("\(overrides.hashValue).npz"))
    let alone = try train(text, overrides)
    let patterns = overrides[0].dropFirst("model.freeze=[".count).dropLast().split(separator: ", ").map {
      NamePattern($0.trimmingCharacters(in: ["'"]))
    }
    var frozen = Set(alone.after.keys.filter { name in patterns.contains { $0.covers(name) } })
    // A normalization that learns nothing uses its running statistics.
    for norm in ["stem.bn", "block.bn1"] where frozen.isSuperset(of: ["\(norm).weight", "\(norm).bias"]) {
      frozen.formUnion(["\(norm).running_mean", "\(norm).running_var"])
    }
    // Mean and variance belong together.
    for norm in ["stem.bn", "block.bn1", "block.down"] {
      let both: Set = ["\(norm).running_mean", "\(norm).running_var"]
      if !frozen.isDisjoint(with: both) { frozen.formUnion(both) }
    }
    #expect(!frozen.isEmpty)
    // Released ones learn in the end.
    let expected = overrides.count > 1 ? Set(alone.after.keys) : Set(alone.after.keys).subtracting(frozen)
    #expect(alone.changed == expected)
    for machines in [[[0, 1]], [[0], [1]], [[0, 1], [2]], [[0], [1, 2], [3, 4]]] {
      let other = try train(text, overrides, machines: machines)
      #expect(other.after == alone.after && other.losses == alone.losses, "\(machines)")
    }
    for (name, outcome) in try onEachInstructionSet({ try train(text, overrides) }) {
      #expect(outcome.after == alone.after, "\(name)")
    }
  }

  /// What lies above a frozen beginning learns to the bits as if the beginning's outputs were the data.
  @Test func aFrozenBeginningIsLikeData() throws {
    let samples = try images("whole.npz")
    let text = Self.recipe(samples)
    let whole = try train(text, ["model.freeze=[stem, block]"])
    let recipe = try Recipe.parse(text, file: "freezing.yaml")
    let experiment = try recipe.makeExperiment()
    let weights = Self.folder.appending(path: "initial.safetensors").path
    try experiment.model.writeWeights(to: weights, metadata: [:])
    let probe = ModelProbe(experiment.network, seed: 1)
    let outputs = try probe.run(on: experiment.data.training, samples: Array(0..<50), gradients: false).outputs
    let flat = try #require(outputs.last { $0.kind == "flatten" })
    let count = flat.shape.count
    // PyTorch's order, channel by channel, in which the weights are stored.
    let features = (0..<50).flatMap { sample in
      (0..<count).map { flat.values[sample: sample, column: $0 % (count / 18) * 18 + $0 / (count / 18)] }
    }
    let data = try write("features.npz", shape: [50, count], values: features)
    let head = """
      batch: 21
      shards: 8
      steps: 12
      epochs: 100
      data: {source: numpy, train: \(data)}
      model:
        weights: {file: \(weights), prefix: head}
        layers:
          - linear: {name: fc1, outputs: 17}
          - relu
          - linear: {name: fc2, outputs: 4}
      optimizer: {name: adamw, learningRate: 0.01, clipNorm: 1}
      """
    let alone = try train(head)
    #expect(alone.losses.count == 12 && whole.losses.count == 12)
    // The order of the features differs, and so the last bits.
    for (own, other) in zip(whole.losses, alone.losses) { #expect((own - other).magnitude < 1e-4 * other) }
    #expect(whole.after["head.fc2.weight"] != whole.before["head.fc2.weight"])
  }

  @Test func wrongPatternsAreRefused() throws {
    let text = Self.recipe(try images("wrong.npz"))
    func failure(_ overrides: String...) throws -> String {
      do {
        _ = try Recipe.parse(text, file: "f.yaml", overrides: overrides).makeExperiment()
        return ""
      } catch let failure as Failure {
        return failure.message
      }
    }
    #expect(
      try failure("model.freeze=[sten]")
        == "command line: model.freeze=[sten]: model.freeze.0: no parameter's name fits \"sten\"")
    #expect(
      try failure("optimizer.groups=[{match: layer9}]")
        == "command line: optimizer.groups=[{match: layer9}]: optimizer.groups.0.match: no parameter's name fits "
        + "\"layer9\"")
    #expect(
      try failure("model.freeze=['*']")
        == "command line: model.freeze=['*']: model.freeze names all parameters, so nothing learns")
    #expect(
      try failure("optimizer.learningRate=0", "optimizer.groups=[{match: '*.bias', learningRate: 0.5}]")
        == "command line: optimizer.groups=[{match: '*.bias', learningRate: 0.5}]: optimizer.groups.0.learningRate is 0.5, "
        + "but optimizer.learningRate is 0, which schedules multiply")
    #expect(
      try failure("model.unfreeze=3 epochs")
        == "command line: model.unfreeze=3 epochs: model.unfreeze is given, but nothing is frozen")
  }

  /// Weight decay of weights alone leaves vectors as without decay.
  @Test(arguments: ["sgd", "lars", "lamb"])
  func decayCanBeForWeightsAlone(optimizer: String) throws {
    let text = Self.recipe(try images("\(optimizer).npz"))
    let settings = ["optimizer.name=\(optimizer)", "steps=1", "optimizer.clipNorm=none"]
    let without = try train(text, settings + ["optimizer.weightDecay=0"])
    let weights = try train(text, settings + ["optimizer.weightDecay=0.3", "optimizer.decayed=weights"])
    let all = try train(text, settings + ["optimizer.weightDecay=0.3"])
    #expect(weights.after["head.fc1.bias"] == without.after["head.fc1.bias"])
    #expect(weights.after["head.fc1.weight"] == all.after["head.fc1.weight"])
    #expect(weights.after["head.fc1.weight"] != without.after["head.fc1.weight"])
    #expect(all.after["head.fc1.bias"] != without.after["head.fc1.bias"])
  }

  /// Decays of normalization and of biases, as torchvision's `--norm-weight-decay` and `--bias-weight-decay`.
  @Test func normalizationAndBiasesHaveDecaysOfTheirOwn() throws {
    let text = Self.recipe(try images("decays.npz"))
    let settings = ["optimizer.name=sgd", "steps=1", "optimizer.clipNorm=none", "optimizer.weightDecay=0.3"]
    let all = try train(text, settings)
    let none = try train(text, settings + ["optimizer.decayed=weights"])
    func expect(_ overrides: [String], norms: Trained, biases: Trained) throws {
      let own = try train(text, settings + overrides)
      for name in own.after.keys.sorted() where !name.hasSuffix("running_mean") && !name.hasSuffix("running_var") {
        let isNorm = name.contains("bn")
        let wanted = isNorm ? norms : name.hasSuffix("bias") ? biases : all
        #expect(own.after[name] == wanted.after[name], "\(overrides): \(name)")
      }
    }
    try expect(["optimizer.normDecay=0"], norms: none, biases: all)
    try expect(["optimizer.biasDecay=0"], norms: all, biases: none)
    try expect(["optimizer.normDecay=0", "optimizer.biasDecay=0"], norms: none, biases: none)
    try expect(["optimizer.decayed=weights", "optimizer.normDecay=0.3"], norms: all, biases: none)
    let group = "optimizer.groups=[{match: '*.bias', weightDecay: 0.3}]"
    let grouped = try train(text, settings + ["optimizer.normDecay=0", "optimizer.biasDecay=0", group])
    #expect(grouped.after["stem.bn.bias"] == all.after["stem.bn.bias"], "a group comes before both")
    #expect(grouped.after["stem.bn.weight"] == none.after["stem.bn.weight"])
  }
}
