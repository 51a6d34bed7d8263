import Layers
import Tensors
import TestSupport
import Testing

/// The layers over images against PyTorch's numbers (Tests/Reference/make_vision_reference.py).
@Suite struct VisionReferenceTests {
  typealias Make = @Sendable (Shape) throws -> any Layer

  static let cases: [(name: String, make: Make)] = [
    (
      "conv",
      { try Conv2d(input: $0, outputs: 7, window: Window(kernel: .init(3), stride: .init(2), padding: .init(1))) }
    ),
    (
      "conv-dilated",
      {
        let window = Window(
          kernel: .init(height: 3, width: 2), padding: .init(height: 2, width: 1), dilation: .init(2))
        return try Conv2d(input: $0, outputs: 20, window: window, bias: false)
      }
    ),
    ("conv-groups", { try Conv2d(input: $0, outputs: 9, window: Window(kernel: .init(3)), groups: 3) }),
    (
      "conv-tiles",
      { try Conv2d(input: $0, outputs: 20, window: Window(kernel: .init(3), padding: .init(1)), algorithm: .winograd) }
    ),
    (
      "conv-tiles-of-two",
      { try Conv2d(input: $0, outputs: 17, window: Window(kernel: .init(3)), bias: false, algorithm: .winograd) }
    ),
    (
      "conv-depthwise",
      {
        let window = Window(kernel: .init(3), stride: .init(2), padding: .init(1))
        return try Conv2d(input: $0, outputs: 18, window: window, groups: 18)
      }
    ),
    (
      "conv-narrow-groups",
      {
        let window = Window(kernel: .init(height: 3, width: 2), padding: .init(height: 2, width: 1), dilation: .init(2))
        return try Conv2d(input: $0, outputs: 20, window: window, groups: 5, bias: false)
      }
    ),
    (
      "max-pool",
      { try MaxPool(input: $0, window: Window(kernel: .init(3), stride: .init(2), padding: .init(1))) }
    ),
    (
      "average-pool",
      {
        let window = Window(kernel: .init(height: 2, width: 3), stride: .init(2), padding: .init(1))
        return try AveragePool(input: $0, window: window)
      }
    ),
    ("global-average-pool", { try GlobalAveragePool(input: $0) }),
    (
      "max-pool-ceil",
      {
        let window = Window(
          kernel: .init(3), stride: .init(2), padding: .init(height: 1, width: 0), ceilMode: true)
        return try MaxPool(input: $0, window: window)
      }
    ),
    (
      "average-pool-ceil",
      {
        let window = Window(
          kernel: .init(height: 2, width: 3), stride: .init(height: 3, width: 2), padding: .init(1), ceilMode: true)
        return try AveragePool(input: $0, window: window)
      }
    ),
    (
      "average-pool-pixels",
      {
        let window = Window(kernel: .init(3), stride: .init(2), padding: .init(1))
        return try AveragePool(input: $0, window: window, countIncludePad: false)
      }
    ),
    (
      "average-pool-ceil-pixels",
      {
        let window = Window(kernel: .init(3), stride: .init(2), ceilMode: true)
        return try AveragePool(input: $0, window: window, countIncludePad: false)
      }
    ),
    ("adaptive-average-pool", { try AdaptiveAveragePool(input: $0, size: .init(height: 3, width: 9)) }),
    (
      "conv-same",
      {
        let window = Window.pixels(
          kernel: .init(height: 2, width: 4), padding: .same, dilation: .init(height: 3, width: 1))
        return try Conv2d(input: $0, outputs: 7, window: window)
      }
    ),
    (
      "conv-transpose",
      {
        let window = Window(kernel: .init(3), stride: .init(2), padding: .init(1))
        return try ConvTranspose2d(input: $0, outputs: 7, window: window, outputPadding: .init(1))
      }
    ),
    (
      "conv-transpose-groups",
      {
        let window = Window(
          kernel: .init(height: 3, width: 2), stride: .init(height: 1, width: 3), padding: .init(height: 2, width: 0),
          dilation: .init(height: 2, width: 1))
        return try ConvTranspose2d(input: $0, outputs: 20, window: window, groups: 2, bias: false)
      }
    ),
    ("upsample", { try Upsample(input: $0, scale: .init(height: 2, width: 3)) }),
    ("upsample-bilinear", { try Upsample(input: $0, scale: .init(height: 3, width: 2), mode: .bilinear) }),
    ("upsample-corners", { try Upsample(input: $0, scale: .init(2), mode: .bilinear, alignCorners: true) }),
    ("batch-norm", { BatchNorm(input: $0) }),
    (
      "residual",
      {
        let down = try Conv2d(
          input: $0, outputs: 6, window: Window(kernel: .init(3), stride: .init(2), padding: .init(1)), bias: false)
        let norm = BatchNorm(input: down.outputShape)
        let relu = ReLU(input: norm.outputShape)
        let same = try Conv2d(
          input: norm.outputShape, outputs: 6, window: Window(kernel: .init(3), padding: .init(1)))
        let shortcut = try Conv2d(
          input: $0, outputs: 6, window: Window(kernel: .init(1), stride: .init(2)), bias: false)
        let block = try Residual(input: $0, body: [down, norm, relu, same], shortcut: [shortcut])
        return Sequential(input: $0, layers: [block, ReLU(input: block.outputShape)])
      }
    ),
    (
      "residual-identity",
      {
        let conv = try Conv2d(input: $0, outputs: 3, window: Window(kernel: .init(3), padding: .init(1)))
        let block = try Residual(input: $0, body: [conv])
        return Sequential(input: $0, layers: [block, ReLU(input: block.outputShape)])
      }
    ),
  ]

  @Test(arguments: cases.map(\.name), [1, 3])
  func agreesWithPyTorch(name: String, shards: Int) throws {
    let make = try #require(Self.cases.first { $0.name == name }).make
    let archive = try reference("vision.npz")
    func values(_ key: String) throws -> [Float] { try archive.array("\(name).\(key)").floats() }
    let extents = try archive.array("\(name).x").shape
    let shape = Shape.image(height: extents[1], width: extents[2], channels: extents[3])
    let layer = try make(shape)
    /// A parameter's name in the file, which has a block with the ReLU behind it as one layer.
    func key(_ name: String) -> String { layer is Sequential ? String(name.dropFirst("0.".count)) : name }
    let names = layer.parameters.map(\.name)
    let parameters = try Dictionary(uniqueKeysWithValues: names.map { ($0, try values(key($0))) })
    let run = try LayerRun(
      layer, inputShape: shape, inputs: values("x"), parameters: parameters, upstream: values("grad.y"),
      shards: shards)
    #expect(relativeDifference(run.outputs, try values("y").map(Double.init)) < 2e-6)
    #expect(relativeDifference(run.inputGradient, try values("grad.x").map(Double.init)) < 5e-6)
    for name in names {
      let gradient = try #require(run.gradients[name])
      #expect(relativeDifference(gradient, try values("grad." + key(name)).map(Double.init)) < 5e-6, "\(name)")
    }
    for (name, buffer) in run.buffers {
      #expect(relativeDifference(buffer, try values("after." + key(name)).map(Double.init)) < 2e-6, "\(name)")
    }
    if archive.names.contains("\(name).eval") {
      let later = try LayerRun(
        try make(shape), inputShape: shape, inputs: values("x"), parameters: parameters, upstream: values("grad.y"),
        shards: shards, isTraining: false, buffers: run.buffers, withBackward: false)
      #expect(relativeDifference(later.outputs, try values("eval").map(Double.init)) < 2e-6)
    }
  }
}
