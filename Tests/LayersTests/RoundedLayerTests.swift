import Layers
import TestSupport
import Tensors
import Testing

/// Every layer in bfloat16: near what it gives for the same numbers in float32, and the same bits on every instruction set.
@Suite(.serialized) struct RoundedLayerTests {
  /// The distance of two vectors, relative to the second.
  private func distance(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    let size = b.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let far = zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }.squareRoot()
    return far == 0 ? 0 : far / max(size, 1e-3)
  }

  @Test(arguments: RandomShapeTests.layers.map(\.name))
  func resultsAreNearThoseOfFloats(name: String) throws {
    let forms = try #require(RandomShapeTests.layers.first { $0.name == name }).forms
    var random = TestRandom(29)
    for draw in 0..<2 * forms.count {
      let channels = Int.random(in: 1...40, using: &random)
      let input = RandomShapeTests.shape(forms[draw % forms.count], channels: channels, &random)
      let samples = Int.random(in: 4...9, using: &random)
      let seed = TestRandom(UInt64(draw))
      func make() throws -> any Layer {
        var drawn = seed
        return try RandomShapeTests.make(name, input, &drawn)
      }
      let layer = try make()
      let model = try Model(inputShape: input, layers: [layer])
      model.initialize(seed: UInt64(draw))
      var parameters: [String: [Float]] = [:]
      for parameter in layer.parameters {
        let values = roundedToBfloat16(Array(try model.weights.values(of: parameter)))
        parameters[String(parameter.name.dropFirst("0.".count))] = parameter.toPyTorch(values[...])
      }
      let x = roundedToBfloat16(random.floats(samples * input.count, scale: 2))
      let upstream = roundedToBfloat16(random.floats(samples * layer.outputShape.count))
      func run(_ precision: Precision) throws -> LayerRun {
        try LayerRun(
          make(), inputShape: input, inputs: x, parameters: parameters, upstream: upstream, shards: 2,
          precision: precision)
      }
      let floats = try run(.float32)
      let runs = try onEachInstructionSet { try run(.bfloat16) }
      let halves = runs[0].result
      let place = "\(input) → \(layer.outputShape), \(samples) samples"
      #expect(distance(halves.outputs, floats.outputs) < 0.03, "\(place)")
      #expect(distance(halves.inputGradient, floats.inputGradient) < 0.05, "\(place)")
      for (name, gradient) in floats.gradients {
        #expect(distance(halves.gradients[name] ?? [], gradient) < 0.05, "\(name): \(place)")
      }
      for (name, result) in runs {
        #expect(bits(result.outputs) == bits(halves.outputs), "\(name): \(place)")
        #expect(bits(result.inputGradient) == bits(halves.inputGradient), "\(name): \(place)")
        for (key, gradient) in result.gradients {
          #expect(bits(gradient) == bits(halves.gradients[key] ?? []), "\(name) \(key): \(place)")
        }
      }
    }
  }
}
