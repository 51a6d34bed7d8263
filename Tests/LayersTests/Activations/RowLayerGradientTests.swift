import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Layers against finite differences of their formulas in double precision, on vectors, sequences and images.
@Suite struct RowLayerGradientTests {
  typealias Function = @Sendable (Double) -> Double
  static let functions: [(name: String, make: @Sendable (Shape) -> any Layer, function: Function)] = [
    ("relu", { ReLU(input: $0) }, { max(0, $0) }),
    ("leaky-relu", { LeakyReLU(input: $0, negativeSlope: -0.3) }, { $0 > 0 ? $0 : -0.3 * $0 }),
    ("tanh", { Tanh(input: $0) }, { tanh($0) }),
    ("sigmoid", { Sigmoid(input: $0) }, { 1 / (1 + exp(-$0)) }),
    ("gelu", { GELU(input: $0) }, { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
    (
      "gelu-tanh", { GELU(input: $0, approximation: .tanh) },
      { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    ),
    ("relu6", { ReLU6(input: $0) }, { min(max(0, $0), 6) }),
    ("silu", { SiLU(input: $0) }, { $0 / (1 + exp(-$0)) }),
    ("hardswish", { Hardswish(input: $0) }, { $0 * min(max(0, $0 + 3), 6) / 6 }),
    ("hardsigmoid", { Hardsigmoid(input: $0) }, { min(max(0, $0 + 3), 6) / 6 }),
    ("elu", { ELU(input: $0, alpha: 0.7) }, { $0 > 0 ? $0 : 0.7 * expm1($0) }),
    ("selu", { SELU(input: $0) }, { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * expm1($0)) }),
    ("softplus", { Softplus(input: $0) }, { log1p(exp($0)) }),
    (
      "softplus-threshold", { Softplus(input: $0, beta: 2, threshold: 3) }, { 2 * $0 > 3 ? $0 : log1p(exp(2 * $0)) / 2 }
    ),
    ("mish", { Mish(input: $0) }, { $0 * tanh(log1p(exp($0))) }),
  ]
  static let shapes = [
    Shape.vector(5), .vector(32), .sequence(steps: 3, features: 17), .image(height: 2, width: 3, channels: 4),
  ]

  private func check(
    _ make: (Shape) -> any Layer, _ shape: Shape, parameters: [(String, [Float])] = [],
    _ function: ([Double], [[Double]]) -> [Double]
  ) throws {
    var random = TestRandom(11)
    let samples = 4
    let x = random.floats(samples * shape.count, scale: 4)
    let upstream = random.floats(x.count)
    func outputs(_ point: [Double]) -> [Double] {
      var next = x.count
      let values = parameters.map { parameter -> [Double] in
        defer { next += parameter.1.count }
        return Array(point[next..<next + parameter.1.count])
      }
      return stride(from: 0, to: x.count, by: shape.features).flatMap {
        function(Array(point[$0..<$0 + shape.features]), values)
      }
    }
    let point = (x + parameters.flatMap(\.1)).map(Double.init)
    let wanted = finiteDifferences(at: point) { zip(outputs($0), upstream).reduce(0) { $0 + $1.0 * Double($1.1) } }
    for shards in [1, 3] {
      let run = try LayerRun(
        make(shape), inputShape: shape, inputs: x, parameters: Dictionary(uniqueKeysWithValues: parameters),
        upstream: upstream, shards: shards)
      #expect(relativeDifference(run.outputs, outputs(point)) < 1e-6, "\(shape)")
      let gradients = run.inputGradient + parameters.flatMap { run.gradients[$0.0] ?? [] }
      #expect(relativeDifference(gradients, wanted) < 2e-6, "\(shape)")
    }
  }

  @Test(arguments: functions.map(\.name), shapes)
  func activationsAgreeWithFiniteDifferences(name: String, shape: Shape) throws {
    let entry = try #require(Self.functions.first { $0.name == name })
    try check(entry.make, shape) { row, _ in row.map(entry.function) }
  }

  @Test(arguments: shapes)
  func softmaxAgreesWithFiniteDifferences(shape: Shape) throws {
    try check({ Softmax(input: $0) }, shape) { row, _ in
      let sum = row.reduce(0) { $0 + exp($1) }
      return row.map { exp($0) / sum }
    }
  }

  @Test(arguments: shapes)
  func logSoftmaxAgreesWithFiniteDifferences(shape: Shape) throws {
    try check({ LogSoftmax(input: $0) }, shape) { row, _ in
      let logSum = log(row.reduce(0) { $0 + exp($1) })
      return row.map { $0 - logSum }
    }
  }

  @Test(arguments: shapes, [false, true])
  func preluAgreesWithFiniteDifferences(shape: Shape, isShared: Bool) throws {
    var random = TestRandom(5)
    let slopes = random.floats(isShared ? 1 : shape.features)
    try check({ PReLU(input: $0, parameters: slopes.count) }, shape, parameters: [("weight", slopes)]) { row, values in
      row.indices.map { row[$0] > 0 ? row[$0] : row[$0] * values[0][isShared ? 0 : $0] }
    }
  }

  @Test(arguments: shapes)
  func layerNormAgreesWithFiniteDifferences(shape: Shape) throws {
    var random = TestRandom(3)
    let parameters = [("weight", random.floats(shape.features)), ("bias", random.floats(shape.features))]
    try check({ LayerNorm(input: $0) }, shape, parameters: parameters) { row, values in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.indices.map { (row[$0] - mean) / (variance + 1e-5).squareRoot() * values[0][$0] + values[1][$0] }
    }
  }

  @Test(arguments: shapes)
  func rmsNormAgreesWithFiniteDifferences(shape: Shape) throws {
    var random = TestRandom(3)
    try check({ RMSNorm(input: $0) }, shape, parameters: [("weight", random.floats(shape.features))]) { row, values in
      let root = (row.reduce(0) { $0 + $1 * $1 } / Double(row.count) + 0x1p-23).squareRoot()
      return row.indices.map { row[$0] / root * values[0][$0] }
    }
  }

  @Test(arguments: shapes.dropFirst(2), [1, 2, 3, 5, 8])
  func localResponseNormAgreesWithFiniteDifferences(shape: Shape, size: Int) throws {
    // ¾ has its own code.
    let beta = size.isMultiple(of: 2) ? 1.2 : 0.75
    try check({ LocalResponseNorm(input: $0, size: size, alpha: 0.5, beta: beta, k: 1.5) }, shape) { row, _ in
      row.indices.map { channel in
        let window = max(0, channel - size / 2)...min(row.count - 1, channel + (size - 1) / 2)
        let level = 1.5 + 0.5 * window.reduce(0) { $0 + row[$1] * row[$1] } / Double(size)
        return row[channel] / pow(level, beta)
      }
    }
  }

  /// The input has no padding between rows, as a batch straight from a data set.
  @Test(arguments: functions.map(\.name))
  func extremeInputsStayInBounds(name: String) throws {
    let make = try #require(Self.functions.first { $0.name == name }).make
    let x: [Float] = [0, -0.0, 1e30, -1e30, 100, -100, 1e-30, -1e-30]
    let run = try LayerRun(
      make(.vector(8)), inputShape: .vector(8), inputs: x, parameters: [:], upstream: Array(repeating: 1, count: 8))
    #expect(run.outputs.allSatisfy { $0.isFinite })
    #expect(run.inputGradient.allSatisfy { $0.magnitude <= (name == "selu" ? 1.76 : 1) })
    let rectifiers = [
      "relu", "leaky-relu", "gelu", "gelu-tanh", "silu", "elu", "softplus", "softplus-threshold", "mish",
    ]
    if rectifiers.contains(name) { #expect(run.outputs[2] == 1e30 && run.inputGradient[2] == 1) }
  }

  @Test func nanStaysNaN() throws {
    for entry in Self.functions {
      let run = try LayerRun(
        entry.make(.vector(1)), inputShape: .vector(1), inputs: [.nan], parameters: [:], upstream: [1])
      #expect(run.outputs[0].isNaN, "\(entry.name)")
    }
  }
}
