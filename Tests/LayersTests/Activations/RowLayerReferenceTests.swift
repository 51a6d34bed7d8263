import Formats
import Layers
import Tensors
import TestSupport
import Testing

/// Layers that work value by value or row by row, and layers over steps, against PyTorch's float64 (Tests/Reference/elementwise.npz).
@Suite struct RowLayerReferenceTests {
  private static let layers: [(name: String, make: @Sendable (Shape) throws -> any Layer)] = [
    ("relu", { ReLU(input: $0) }), ("leaky-relu", { LeakyReLU(input: $0, negativeSlope: 0.2) }),
    ("tanh", { Tanh(input: $0) }), ("sigmoid", { Sigmoid(input: $0) }), ("gelu", { GELU(input: $0) }),
    ("gelu-tanh", { GELU(input: $0, approximation: .tanh) }), ("softmax", { Softmax(input: $0) }),
    ("layer-norm", { LayerNorm(input: $0, epsilon: 1e-3) }),
    ("embedding", { Embedding(input: $0, count: 7, dimension: 5, paddingIndex: 2) }),
    ("conv1d-same", { try Conv1d(input: $0, outputs: 6, window: .steps(kernel: 4, padding: .same, dilation: 3)) }),
    ("conv1d-causal", { try Conv1d(input: $0, outputs: 6, window: .steps(kernel: 3, padding: .causal, dilation: 2)) }),
    ("global-max-pool", { try GlobalMaxPool(input: $0) }), ("attention-pool", { AttentionPool(input: $0) }),
    ("attention-pool-hidden", { AttentionPool(input: $0, hiddenSize: 6) }), ("reverse", { Reverse(input: $0) }),
    ("relu6", { ReLU6(input: $0) }), ("silu", { SiLU(input: $0) }), ("hardswish", { Hardswish(input: $0) }),
    ("hardsigmoid", { Hardsigmoid(input: $0) }), ("elu", { ELU(input: $0, alpha: 0.6) }), ("selu", { SELU(input: $0) }),
    ("softplus", { Softplus(input: $0, beta: 1.5, threshold: 4) }), ("mish", { Mish(input: $0) }),
    ("prelu", { PReLU(input: $0) }), ("prelu-channels", { PReLU(input: $0, parameters: 19) }),
    ("log-softmax", { LogSoftmax(input: $0) }),
    (
      "max-pool1d-ceil",
      { try MaxPool(input: $0, window: .steps(kernel: 3, stride: 2, padding: .zeros(1), ceilMode: true)) }
    ),
    (
      "average-pool1d-ceil",
      { try AveragePool(input: $0, window: .steps(kernel: 3, stride: 2, padding: .zeros(1), ceilMode: true)) }
    ),
    (
      "average-pool1d-steps",
      {
        let window = Window.steps(kernel: 4, stride: 3, padding: .zeros(2), ceilMode: true)
        return try AveragePool(input: $0, window: window, countIncludePad: false)
      }
    ),
    ("adaptive-average-pool1d", { try AdaptiveAveragePool(input: $0, size: .init(3)) }),
    (
      "conv-transpose1d",
      {
        let window = Window.steps(kernel: 4, stride: 3, padding: .zeros(1))
        return try ConvTranspose1d(input: $0, outputs: 6, window: window, outputPadding: 2)
      }
    ),
    ("upsample1d", { try Upsample(input: $0, scale: .init(3)) }),
    ("upsample1d-linear", { try Upsample(input: $0, scale: .init(3), mode: .linear) }),
    ("upsample1d-corners", { try Upsample(input: $0, scale: .init(2), mode: .linear, alignCorners: true) }),
    ("rms-norm", { RMSNorm(input: $0) }),
    ("group-norm", { GroupNorm(input: $0, groups: 3, epsilon: 1e-3) }),
    ("group-norm-vectors", { GroupNorm(input: $0, groups: 4) }),
    ("group-norm-images", { GroupNorm(input: $0, groups: 2, affine: false) }),
    ("instance-norm", { InstanceNorm(input: $0) }), ("instance-norm-images", { InstanceNorm(input: $0, affine: true) }),
    ("local-response-norm", { LocalResponseNorm(input: $0, size: 5) }),
    ("local-response-norm-images", { LocalResponseNorm(input: $0, size: 4, alpha: 0.5, beta: 0.6, k: 2) }),
  ]

  /// The shape of a sample. Indices are sequences of one feature.
  private static func shape(of x: NPYArray, _ name: String) -> Shape {
    name == "embedding" ? .sequence(steps: x.shape[1], features: 1) : Shape(Array(x.shape.dropFirst()))
  }

  @Test(arguments: layers.map(\.name), [1, 3])
  func agreesWithPyTorch(name: String, shards: Int) throws {
    let make = try #require(Self.layers.first { $0.name == name }).make
    let archive = try reference("elementwise.npz")
    func floats(_ key: String) throws -> [Float] { try archive.array("\(name).\(key)").floats() }
    let x = try archive.array("\(name).x")
    let shape = Self.shape(of: x, name)
    let layer = try make(shape)
    var parameters: [String: [Float]] = [:]
    for parameter in layer.parameters { parameters[parameter.name] = try floats(parameter.name) }
    let names = Array(parameters.keys)
    let run = try LayerRun(
      layer, inputShape: shape, inputs: x.floats(), parameters: parameters, upstream: try floats("grad.y"),
      shards: shards)
    // Scores of up to 40 have rounding errors of 2e-6, which are relative errors of their exponentials.
    let tolerance = name == "attention-pool" ? 2e-6 : 5e-7
    #expect(relativeDifference(run.outputs, try archive.array("\(name).y").doubles()) < tolerance)
    if name != "embedding" {
      #expect(relativeDifference(run.inputGradient, try archive.array("\(name).grad.x").doubles()) < 1e-6)
    }
    for parameter in names {
      let wanted = try archive.array("\(name).grad.\(parameter)").doubles()
      #expect(relativeDifference(run.gradients[parameter] ?? [], wanted) < 1e-6, "\(parameter)")
    }
  }

  @Test(arguments: layers.map(\.name))
  func hasTheSameBitsOnEveryInstructionSet(name: String) throws {
    let make = try #require(Self.layers.first { $0.name == name }).make
    let archive = try reference("elementwise.npz")
    let x = try archive.array("\(name).x")
    let shape = Self.shape(of: x, name)
    let upstream = try archive.array("\(name).grad.y").floats()
    let results = try onEachInstructionSet { () -> [UInt32] in
      let layer = try make(shape)
      var parameters: [String: [Float]] = [:]
      for parameter in layer.parameters {
        parameters[parameter.name] = try archive.array("\(name).\(parameter.name)").floats()
      }
      let names = layer.parameters.map(\.name)
      let run = try LayerRun(
        layer, inputShape: shape, inputs: x.floats(), parameters: parameters, upstream: upstream, shards: 3)
      return bits(run.outputs + run.inputGradient + names.flatMap { run.gradients[$0] ?? [] })
    }
    for result in results { #expect(result.result == results[0].result, "\(result.name) differs") }
  }
}
