import Layers
import TestSupport
import Tensors
import Testing

/// A layer that knows only floats, in a plan of bfloat16: its inputs are widened and its results rounded.
@Suite struct WidenedPassTests {
  private let input = Shape.sequence(steps: 3, features: 5)

  /// The layer alone or within others.
  private func layer(nested: Bool) throws -> any Layer {
    let layer = GradientCheckTests.Scaling(input: input, spoilt: (weight: 1, input: 1))
    guard nested else { return layer }
    return try Branches(input: input, join: .add, paths: [[Sequential(input: input, layers: [layer])], []])
  }

  @Test(arguments: [false, true], [nil, [3, 1, 2]] as [[Int32]?])
  func theLayerGetsFloats(nested: Bool, lengths: [Int32]?) throws {
    var random = TestRandom(5)
    let samples = 3
    let x = roundedToBfloat16(random.floats(samples * input.count))
    let upstream = roundedToBfloat16(random.floats(samples * input.count))
    let weight = random.floats(5)
    let name = nested ? "paths.0.0.0.weight" : "weight"
    func run(_ precision: Precision) throws -> LayerRun {
      try LayerRun(
        layer(nested: nested), inputShape: input, inputs: x, parameters: [name: weight], upstream: upstream, shards: 2,
        lengths: lengths, precision: precision)
    }
    let (floats, halves) = (try run(.float32), try run(.bfloat16))
    if !nested {
      #expect(halves.outputs == roundedToBfloat16(floats.outputs))
      #expect(halves.inputGradient == roundedToBfloat16(floats.inputGradient))
    } else {
      #expect(relativeDifference(halves.outputs, floats.outputs.map(Double.init)) < 0x1p-7)
      #expect(relativeDifference(halves.inputGradient, floats.inputGradient.map(Double.init)) < 0x1p-7)
    }
    // Sums of gradients are floats, and see the same numbers.
    #expect(halves.gradients == floats.gradients)
  }

  @Test func theModelGivesFloats() throws {
    var random = TestRandom(6)
    let x = random.floats(4 * input.count)
    let layers: [any Layer] = [
      GradientCheckTests.Scaling(input: input, spoilt: (weight: 1, input: 1)), Tanh(input: input),
      GradientCheckTests.Scaling(input: input, spoilt: (weight: 1, input: 1)),
    ]
    let model = try Model(inputShape: input, layers: layers)
    model.initialize(seed: 1)
    let upstream = random.floats(4 * input.count)
    let floats = try NetworkRun(model, inputs: x, upstream: upstream, shards: 2)
    let halves = try NetworkRun(model, inputs: x, upstream: upstream, shards: 2, precision: .bfloat16)
    #expect(halves.outputs == roundedToBfloat16(halves.outputs) && halves.outputs != floats.outputs)
    #expect(relativeDifference(halves.outputs, floats.outputs.map(Double.init)) < 0.02)
    for (name, gradient) in floats.gradients {
      #expect(relativeDifference(halves.gradients[name] ?? [], gradient.map(Double.init)) < 0.02, "\(name)")
    }
  }
}
