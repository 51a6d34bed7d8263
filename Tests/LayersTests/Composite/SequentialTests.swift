import Layers
import Tensors
import TestSupport
import Testing

@Suite struct SequentialTests {
  private let shape = Shape.image(height: 5, width: 4, channels: 3)

  /// Two convolutions with a normalization and a ReLU, flat or with the last two nested.
  private func layers(nested: Bool) throws -> [any Layer] {
    let first = try Conv2d(input: shape, outputs: 7, window: Window(kernel: .init(3)))
    let norm = BatchNorm(input: first.outputShape)
    let relu = ReLU(input: norm.outputShape)
    let second = try Conv2d(input: relu.outputShape, outputs: 2, window: Window(kernel: .init(2)))
    return nested
      ? [first, Sequential(input: first.outputShape, layers: [norm, relu]), second] : [first, norm, relu, second]
  }

  @Test func namesAreThoseOfPyTorch() throws {
    let model = try Model(
      inputShape: shape, layers: [ReLU(input: shape), Sequential(input: shape, layers: try layers(nested: true))])
    #expect(
      model.parameters.map(\.name) == [
        "1.0.weight", "1.0.bias", "1.1.0.weight", "1.1.0.bias", "1.2.weight", "1.2.bias",
      ])
    #expect(model.buffers.map(\.name) == ["1.1.0.running_mean", "1.1.0.running_var"])
    #expect(model.counters.map(\.name) == ["1.1.0.num_batches_tracked"])
    #expect(model.outputShape == .image(height: 2, width: 1, channels: 2))
    let parts = model.layers[1].parts
    #expect(parts.map(\.name) == [""] && parts[0].layers.map(\.kind) == ["conv2d", "sequential", "conv2d"])
  }

  /// Nested layers give the same bits as a flat list.
  @Test func nestingDoesNotChangeTheBits() throws {
    var random = TestRandom(9)
    let x = random.floats(6 * shape.count)
    let upstream = random.floats(6 * 2 * 2)
    let values = random.floats(7 * 27 + 7 + 7 + 7 + 2 * 28 + 2, scale: 0.5)
    func run(nested: Bool) throws -> LayerRun {
      let layer = Sequential(input: shape, layers: try layers(nested: nested))
      var rest = values[...]
      let parameters = layer.parameters.map { parameter -> (String, [Float]) in
        defer { rest = rest.dropFirst(parameter.count) }
        return (parameter.name, Array(rest.prefix(parameter.count)))
      }
      return try LayerRun(
        layer, inputShape: shape, inputs: x, parameters: Dictionary(uniqueKeysWithValues: parameters),
        upstream: upstream, shards: 3)
    }
    let (flat, nested) = (try run(nested: false), try run(nested: true))
    #expect(bits(nested.outputs) == bits(flat.outputs))
    #expect(bits(nested.inputGradient) == bits(flat.inputGradient))
    let names = ["0.weight": "0.weight", "1.weight": "1.0.weight", "1.bias": "1.0.bias", "3.weight": "2.weight"]
    for (plain, inner) in names {
      #expect(nested.gradients[inner] != nil && nested.gradients[inner] == flat.gradients[plain], "\(inner)")
    }
    #expect(nested.buffers["1.0.running_var"] != nil)
    #expect(nested.buffers["1.0.running_var"] == flat.buffers["1.running_var"])
  }
}
