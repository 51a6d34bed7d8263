import Layers
import Tensors
import TestSupport
import Testing

/// Layers whose steps depend on each other: each sample of a batch of different lengths as if it were alone.
@Suite struct SequenceLayerTests {
  static let layers: [(name: String, make: @Sendable (Shape) throws -> any Layer)] = [
    ("reverse", { Reverse(input: $0) }), ("global-max-pool", { try GlobalMaxPool(input: $0) }),
    ("attention-pool", { AttentionPool(input: $0) }),
    ("attention-pool of hidden units", { AttentionPool(input: $0, hiddenSize: 7) }),
    (
      "gated steps",
      { input in
        let pool = try GlobalAveragePool(input: input)
        let gates = Linear(input: pool.outputShape, outputs: 16)
        return try Branches(
          input: input, join: .multiply,
          paths: [[pool, gates, Sigmoid(input: gates.outputShape)], [Reverse(input: input)]])
      }
    ),
    (
      "shifted steps",
      { input in
        let pool = try GlobalMaxPool(input: input)
        return try Branches(
          input: input, join: .add, paths: [[], [pool], [Tanh(input: input)], [Reverse(input: input)]])
      }
    ),
    (
      "steps side by side",
      { input in
        let convolution = try Conv1d(input: input, outputs: 5, window: .steps(kernel: 3, padding: .same))
        return try Branches(input: input, join: .concat, paths: [[convolution], [], [Tanh(input: input)]])
      }
    ),
    ("group-norm", { GroupNorm(input: $0, groups: 4) }), ("instance-norm", { InstanceNorm(input: $0, affine: true) }),
    ("same", { try Conv1d(input: $0, outputs: 19, window: .steps(kernel: 4, padding: .same)) }),
    ("same by tiles", { try Conv1d(input: $0, outputs: 9, window: .steps(kernel: 3, padding: .same)) }),
    ("causal", { try Conv1d(input: $0, outputs: 3, window: .steps(kernel: 3, padding: .causal, dilation: 2)) }),
    ("causal by tiles", { try Conv1d(input: $0, outputs: 17, window: .steps(kernel: 3, padding: .causal)) }),
    ("largest", { try MaxPool(input: $0, window: .steps(kernel: 3, stride: 2, padding: .zeros(1), ceilMode: true)) }),
    (
      "means", { try AveragePool(input: $0, window: .steps(kernel: 3, stride: 2, padding: .zeros(1), ceilMode: true)) }
    ),
    (
      "means of steps",
      {
        let window = Window.steps(kernel: 4, stride: 3, padding: .zeros(2), ceilMode: true)
        return try AveragePool(input: $0, window: window, countIncludePad: false)
      }
    ),
    (
      "causal strides",
      { try Conv1d(input: $0, outputs: 16, window: .steps(kernel: 4, stride: 3, padding: .causal), groups: 4) }
    ),
    (
      "causal channels", { try Conv1d(input: $0, outputs: 16, window: .steps(kernel: 5, padding: .causal), groups: 16) }
    ),
  ]

  @Test(arguments: layers.map(\.name))
  func aSampleHasTheBitsOfTheSampleAlone(name: String) throws {
    let make = try #require(Self.layers.first { $0.name == name }).make
    var random = TestRandom(12)
    let lengths: [Int32] = [5, 1, 9, 3, 9, 2, 7]
    let shape = Shape.sequence(steps: 9, features: 16)
    let output = try make(shape).outputShape
    let x = random.floats(lengths.count * shape.count), upstream = random.floats(lengths.count * output.count)
    let parameters = try Dictionary(
      uniqueKeysWithValues: make(shape).parameters.map { ($0.name, random.floats($0.count)) })
    func run(_ layer: any Layer, _ shape: Shape, _ x: [Float], _ upstream: [Float], _ lengths: [Int32]?) throws
      -> LayerRun
    {
      try LayerRun(
        layer, inputShape: shape, inputs: x, parameters: parameters, upstream: upstream, shards: 3, lengths: lengths)
    }
    let runs = try onEachInstructionSet { try run(make(shape), shape, x, upstream, lengths) }
    let together = runs[0].result
    for (name, result) in runs {
      #expect(bits(result.outputs + result.inputGradient) == bits(together.outputs + together.inputGradient), "\(name)")
      for (key, gradient) in result.gradients {
        #expect(bits(gradient) == bits(together.gradients[key] ?? []), "\(name) \(key)")
      }
    }
    for (sample, length) in lengths.enumerated() {
      let shorter = Shape.sequence(steps: Int(length), features: 16)
      let layer = try make(shorter)
      let (steps, count) = (shorter.count, layer.outputShape.count)
      let alone = try run(
        layer, shorter, Array(x[sample * shape.count..<sample * shape.count + steps]),
        Array(upstream[sample * output.count..<sample * output.count + count]), nil)
      #expect(bits(alone.outputs) == bits(together.outputs[sample * output.count..<sample * output.count + count]))
      #expect(
        bits(alone.inputGradient) == bits(together.inputGradient[sample * shape.count..<sample * shape.count + steps]))
      #expect(
        together.inputGradient[sample * shape.count + steps..<(sample + 1) * shape.count].allSatisfy { $0 == 0 })
    }
  }

  /// The gradients of both biases are sums of the same rows.
  @Test(arguments: [true, false], 1...4)
  func aShortcutsBiasHasTheGradientOfTheBodys(isLinear: Bool, shards: Int) throws {
    var random = TestRandom(4)
    let lengths: [Int32] = [13, 3, 9, 14, 2, 7, 11, 1]
    let shape = Shape.sequence(steps: 14, features: 3)
    func convolution(_ input: Shape, _ outputs: Int) throws -> Conv1d {
      try Conv1d(input: input, outputs: outputs, window: .steps(kernel: 3, padding: .same))
    }
    let wide = Shape.sequence(steps: 14, features: 64)
    let body: [any Layer] = [
      try convolution(shape, 64), ReLU(input: wide), try convolution(wide, 64), ReLU(input: wide),
      try convolution(wide, 16),
    ]
    let shortcut: any Layer =
      isLinear
      ? Linear(input: shape, outputs: 16) : try Conv1d(input: shape, outputs: 16, window: .steps(kernel: 1))
    let residual = try Residual(input: shape, body: body, shortcut: [shortcut])
    let pool = try GlobalAveragePool(input: residual.outputShape)
    let layer = Sequential(input: shape, layers: [residual, pool, Linear(input: pool.outputShape, outputs: 3)])
    let run = try LayerRun(
      layer, inputShape: shape, inputs: random.floats(lengths.count * shape.count),
      parameters: Dictionary(uniqueKeysWithValues: layer.parameters.map { ($0.name, random.floats($0.count)) }),
      upstream: random.floats(lengths.count * layer.outputShape.count), shards: shards, lengths: lengths)
    let gradient = try #require(run.gradients["0.shortcut.0.bias"])
    #expect(gradient.contains { $0 != 0 } && bits(gradient) == bits(run.gradients["0.body.4.bias"] ?? []))
  }

  @Test func stepsAreReversed() throws {
    let shape = Shape.sequence(steps: 3, features: 1)
    func run(_ lengths: [Int32]?) throws -> LayerRun {
      try LayerRun(
        Reverse(input: shape), inputShape: shape, inputs: [1, 2, 3, 4, 5, 6], parameters: [:],
        upstream: [10, 20, 30, 40, 50, 60], lengths: lengths)
    }
    let (equal, different) = (try run(nil), try run([3, 2]))
    #expect(equal.outputs == [3, 2, 1, 6, 5, 4] && equal.inputGradient == [30, 20, 10, 60, 50, 40])
    #expect(different.outputs == [3, 2, 1, 5, 4, 0] && different.inputGradient == [30, 20, 10, 50, 40, 0])
  }
}
