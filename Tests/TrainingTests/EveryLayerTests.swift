import Collectives
import Formats
import Foundation
import Recipes
import TestSupport
import Testing
import Training

/// Every layer, in odd models, trained for twenty steps: the same bits on any number of ranks and any instruction set.
@Suite struct EveryLayerTests {
  private static let precisions = ["float32", "bfloat16"]

  /// What all recipes begin with; the layers follow.
  private static let head = """
    batch: 21
    shards: 8
    steps: 20
    epochs: 100
    data: {source: numpy, train: SAMPLES}
    model:
      layers:

    """

  private static let images = """
        - conv2d: {outputs: 18, kernel: 3, padding: 1, bias: false}
        - batch-norm
        - relu
        - residual:
            body:
              - conv2d: {outputs: 20, kernel: [3, 2], stride: 2, padding: [1, 0], groups: 2}
              - batch-norm
              - leaky-relu: {negativeSlope: 0.1}
            shortcut:
              - conv2d: {outputs: 20, kernel: 1, stride: 2}
        - branches:
            name: mixed
            join: concat
            paths:
              - []
              - [conv2d: {name: conv, outputs: 7, kernel: 1}, batch-norm: {name: bn}, relu]
              - [max-pool: {kernel: 3, stride: 1, padding: 1}, conv2d: {outputs: 5, kernel: 1}]
        - branches:
            join: multiply
            paths: [[], [global-average-pool, linear: 6, relu, linear: 32, sigmoid]]
        - tanh
        - max-pool: {kernel: 2, stride: 1}
        - dropout: {probability: 0.2}
        - average-pool: {kernel: 2, stride: 1, padding: 1}
        - sequential:
            layers:
              - batch-norm: {statistics: shard, momentum: none}
              - relu
        - flatten
        - layer-norm
        - linear: {outputs: 33}
        - gelu
        - linear: {outputs: 5}
        - sigmoid
        - linear: {outputs: 4}
    optimizer: {name: adamw, learningRate: 0.01, clipNorm: 1}
    schedule: {name: cosine, warmup: 5 steps}
    """

  private static let sequences = """
        - embedding: {count: 9, dimension: 6}
        - conv1d: {outputs: 7, kernel: 3, padding: 1}
        - lstm: {hiddenSize: 5, output: all, layers: 2, bidirectional: true, dropout: 0.1}
        - gru: {hiddenSize: 6, output: all}
        - gated: {hiddenSize: 17, output: all}
        - rnn: {hiddenSize: 4, output: all}
        - softmax
        - global-average-pool
        - linear: {outputs: 4}
    optimizer: {name: lamb, learningRate: 0.01}
    accumulate: 2
    ema: {decay: 0.5}
    """

  private static let curves = """
        - conv2d: {outputs: 19, kernel: 3, padding: 1}
        - prelu: {parameters: channels}
        - silu
        - conv2d: {outputs: 6, kernel: 2}
        - relu6
        - hardswish
        - flatten
        - prelu
        - linear: {outputs: 17}
        - elu: {alpha: 0.5}
        - prelu: {parameters: channels}
        - linear: {outputs: 9}
        - selu
        - hardsigmoid
        - linear: {outputs: 9}
        - softplus: {beta: 2}
        - linear: {outputs: 9}
        - mish
        - log-softmax
        - linear: {outputs: 4}
    optimizer: {name: adam, learningRate: 0.01}
    """

  private static let resizedImages = """
        - conv2d: {outputs: 6, kernel: [2, 4], padding: same}
        - max-pool: {kernel: 2, stride: 2, ceilMode: true}
        - conv-transpose2d: {outputs: 18, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2}
        - batch-norm
        - relu
        - upsample: {scale: [1, 2], mode: bilinear}
        - average-pool: {kernel: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false}
        - conv-transpose2d: {outputs: 3, kernel: 2, dilation: 2, bias: false}
        - upsample: 2
        - adaptive-average-pool: [5, 2]
        - flatten
        - linear: {outputs: 4}
    optimizer: {name: adam, learningRate: 0.01}
    """

  private static let resizedSequences = """
        - embedding: {count: 9, dimension: 17}
        - average-pool: {kernel: 3, stride: 2, padding: 1, ceilMode: true}
        - conv-transpose1d: {outputs: 20, kernel: 4, stride: 3, padding: 1, outputPadding: 2}
        - tanh
        - max-pool: {kernel: 3, stride: 2, ceilMode: true}
        - upsample: {scale: 2, mode: linear, alignCorners: true}
        - conv-transpose1d: {outputs: 6, kernel: 3, dilation: 2, groups: 2}
        - adaptive-average-pool: 3
        - flatten
        - linear: {outputs: 4}
    optimizer: {name: adam, learningRate: 0.01}
    """

  private static let norms = """
        - conv2d: {outputs: 18, kernel: 3, padding: 1}
        - group-norm: {groups: 6}
        - local-response-norm: {size: 5, alpha: 0.1}
        - conv2d: {outputs: 19, kernel: 2}
        - batch-norm: {affine: false}
        - relu
        - channel-dropout: {probability: 0.2}
        - residual:
            body:
              - conv2d: {outputs: 19, kernel: 3, padding: 1}
              - instance-norm: {affine: true}
              - tanh
              - drop-path: {probability: 0.3}
        - rms-norm
        - conv2d: {outputs: 8, kernel: 1}
        - instance-norm
        - batch-norm: {affine: false, statistics: shard}
        - flatten
        - rms-norm: {epsilon: 0.001}
        - linear: {outputs: 12}
        - group-norm: {groups: 3}
        - linear: {outputs: 4}
    optimizer: {name: adam, learningRate: 0.01}
    """

  private static let normsOfSteps = """
        - embedding: {count: 9, dimension: 18}
        - group-norm: {groups: 2}
        - conv1d: {outputs: 16, kernel: 3, padding: causal}
        - instance-norm: {affine: true}
        - local-response-norm: {size: 4}
        - channel-dropout
        - rms-norm
        - residual: {body: [{linear: {outputs: 16}}, {drop-path: {probability: 0.5}}]}
        - global-average-pool
        - linear: {outputs: 4}
    optimizer: {name: adam, learningRate: 0.01}
    """

  private static let joinedSteps = """
        - embedding: {count: 9, dimension: 17}
        - reverse
        - conv1d: {outputs: 16, kernel: 4, padding: same}
        - branches:
            join: add
            paths: [[], [tanh, conv1d: {outputs: 16, kernel: 3, padding: causal}], [global-average-pool]]
        - residual:
            body:
              - conv1d: {outputs: 16, kernel: 3, padding: causal}
              - relu
        - ENDS
        - linear: {outputs: 4}
    optimizer: {name: adam, learningRate: 0.01}
    """

  /// Weights and losses after training on ranks that are threads.
  private func train(_ recipe: String, _ precision: String, samples: String, ranks: Int) throws -> Outcome {
    let text = (Self.head + recipe).replacingOccurrences(of: "SAMPLES", with: samples)
    return try onOneInstructionSet {
      try ThreadCommunicator.run(ranks: ranks) { communicator -> Outcome in
        let recipe = try Recipe.parse(text, file: "every-layer.yaml", overrides: ["precision=\(precision)"])
        let experiment = try recipe.makeExperiment()
        let workspace = try experiment.makeWorkspace(communicator: communicator)
        let recorder = Recorder()
        _ = try Trainer(experiment, workspace: workspace, observers: communicator.isRoot ? [recorder] : []).run()
        return Outcome(
          weights: bits(try experiment.model.weights.values.floats)
            + bits(experiment.model.weights.bufferValues.floats),
          losses: recorder.steps.map(\.loss))
      }[0]
    }
  }

  private struct Outcome: Sendable {
    let weights: [UInt32]
    let losses: [Double]
  }

  /// Trains 50 samples, of which the last batch has 8.
  private func check(_ recipe: String, _ precision: String, shape: [Int], seed: UInt64) throws {
    var random = TestRandom(seed)
    try check(recipe, precision, shape: shape, values: random.floats(shape.reduce(1, *)))
  }

  /// Trains 50 sequences of 6 indices for an embedding.
  private func check(_ recipe: String, _ precision: String, indicesOf seed: UInt64) throws {
    var random = TestRandom(seed)
    try check(
      recipe, precision, shape: [50, 6, 1],
      values: (0..<50 * 6).map { _ in Float(Int.random(in: 0..<9, using: &random)) })
  }

  private func check(_ recipe: String, _ precision: String, shape: [Int], values: [Float]) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let targets = (0..<shape[0]).map { Int32($0 * 7 % 4) }
    try NPZArchive.write(
      [("x", NPYArray(shape: shape, floats: values)), ("y", NPYArray(shape: [shape[0]], int32s: targets))], to: path)
    let alone = try train(recipe, precision, samples: path, ranks: 1)
    #expect(alone.losses.count == 20 && alone.losses.allSatisfy { $0.isFinite })
    #expect(alone.losses[19] != alone.losses[0])
    for ranks in [2, 3, 5, 8] {
      let outcome = try train(recipe, precision, samples: path, ranks: ranks)
      #expect(outcome.weights == alone.weights, "\(ranks) ranks")
      #expect(outcome.losses == alone.losses, "\(ranks) ranks")
    }
    for (name, outcome) in try onEachInstructionSet({ try train(recipe, precision, samples: path, ranks: 1) }) {
      #expect(outcome.weights == alone.weights, "\(name)")
    }
  }

  @Test(arguments: Self.precisions)
  func layersOverImagesKeepTheBits(precision: String) throws {
    try check(Self.images, precision, shape: [50, 9, 8, 3], seed: 6)
  }

  @Test(arguments: Self.precisions)
  func activationsKeepTheBits(precision: String) throws {
    try check(Self.curves, precision, shape: [50, 5, 4, 3], seed: 9)
  }

  @Test(arguments: Self.precisions)
  func normalizationsKeepTheBits(precision: String) throws {
    try check(Self.norms, precision, shape: [50, 5, 4, 3], seed: 10)
    try check(Self.normsOfSteps, precision, indicesOf: 10)
  }

  @Test(arguments: Self.precisions)
  func layersOverSequencesKeepTheBits(precision: String) throws {
    try check(Self.sequences, precision, indicesOf: 7)
  }

  @Test(arguments: Self.precisions)
  func layersThatResizeImagesKeepTheBits(precision: String) throws {
    try check(Self.resizedImages, precision, shape: [50, 9, 8, 3], seed: 9)
  }

  @Test(arguments: Self.precisions)
  func layersThatResizeSequencesKeepTheBits(precision: String) throws {
    try check(Self.resizedSequences, precision, indicesOf: 10)
  }

  @Test(arguments: ["global-max-pool", "attention-pool", "attention-pool: {hiddenSize: 5}"], Self.precisions)
  func layersThatJoinStepsKeepTheBits(layer: String, precision: String) throws {
    try check(Self.joinedSteps.replacingOccurrences(of: "ENDS", with: layer), precision, indicesOf: 8)
  }
}
