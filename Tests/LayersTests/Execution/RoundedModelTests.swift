import Layers
import TestSupport
import Tensors
import Testing

/// A model in bfloat16: where values become floats and where they do not.
@Suite struct RoundedModelTests {
  /// The outputs and gradients in both precisions are near each other.
  private func expectNear(
    _ layers: [any Layer], input: Shape, inputs: [Float], tolerance: Double = 0.03,
    at location: SourceLocation = #_sourceLocation
  ) throws -> (floats: NetworkRun, halves: NetworkRun) {
    let model = try Model(inputShape: input, layers: layers)
    model.initialize(seed: 3)
    var random = TestRandom(4)
    let upstream = random.floats(inputs.count / input.count * model.outputShape.count)
    func run(_ precision: Precision) throws -> NetworkRun {
      try NetworkRun(model, inputs: inputs, upstream: upstream, shards: 2, precision: precision)
    }
    let (floats, halves) = (try run(.float32), try run(.bfloat16))
    #expect(
      relativeDifference(halves.outputs, floats.outputs.map(Double.init)) < tolerance, sourceLocation: location)
    for (name, gradient) in floats.gradients {
      #expect(
        relativeDifference(halves.gradients[name] ?? [], gradient.map(Double.init)) < tolerance, "\(name)",
        sourceLocation: location)
    }
    return (floats, halves)
  }

  /// Values that are not bfloat16.
  private func areFloats(_ values: [Float]) -> Bool { values.contains { $0.bitPattern & 0xffff != 0 } }

  @Test func aLastLinearLayerGivesFloats() throws {
    var random = TestRandom(1)
    let input = Shape.vector(19)
    let hidden = Linear(input: input, outputs: 23)
    let tanh = Tanh(input: hidden.outputShape)
    let last = Linear(input: tanh.outputShape, outputs: 7)
    let x = random.floats(6 * 19)
    #expect(areFloats(try expectNear([hidden, tanh, last], input: input, inputs: x).halves.outputs))
    let hidden2 = Linear(input: input, outputs: 23)
    let list = Sequential(input: hidden2.outputShape, layers: [Linear(input: hidden2.outputShape, outputs: 7)])
    #expect(areFloats(try expectNear([hidden2, list], input: input, inputs: x).halves.outputs))
    #expect(areFloats(try expectNear([Linear(input: input, outputs: 7)], input: input, inputs: x).halves.outputs))
  }

  @Test func otherLastLayersAreWidened() throws {
    var random = TestRandom(2)
    let input = Shape.image(height: 5, width: 4, channels: 3)
    let convolution = try Conv2d(input: input, outputs: 6, window: Window(kernel: .init(3), padding: .init(1)))
    let relu = ReLU(input: convolution.outputShape)
    // A flattened image at the end lies in PyTorch's order.
    let flat = Flatten(input: relu.outputShape)
    let x = random.floats(5 * input.count)
    for count in 1...3 {
      let layers: [any Layer] = Array(([convolution, relu, flat] as [any Layer]).prefix(count))
      let run = try expectNear(layers, input: input, inputs: x)
      #expect(!areFloats(run.halves.outputs))
    }
  }

  /// Indices above 256 are no values of bfloat16.
  @Test(arguments: ["first", "reversed", "sequential", "branches", "residual"])
  func embeddingsGetWholeNumbers(place: String) throws {
    let input = Shape.sequence(steps: 4, features: 1)
    let indices = (0..<6 * 4).map { Float(257 + 61 * $0 % 743) }
    let table = Embedding(input: input, count: 1000, dimension: 20)
    let first: [any Layer] =
      switch place {
      case "first": [table]
      case "reversed": [Reverse(input: input), table]
      case "sequential": [Sequential(input: input, layers: [Reverse(input: input), table])]
      case "branches":
        [try Branches(input: input, join: .concat, paths: [[table], []])]
      default:
        [
          try Residual(
            input: input, body: [table, Linear(input: .sequence(steps: 4, features: 20), outputs: 1, bias: false)])
        ]
      }
    // The indices themselves are far larger than the other features. A bias before the norm would have no gradient but rounding.
    let norm = BatchNorm(input: first.last?.outputShape ?? input)
    let lstm = LSTM(input: norm.outputShape, hiddenSize: 17, output: .last)
    let layers = first + [norm, lstm, Linear(input: lstm.outputShape, outputs: 3)]
    _ = try expectNear(layers, input: input, inputs: indices, tolerance: 0.1)
  }
}
