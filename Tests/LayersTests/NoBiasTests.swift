import Layers
import Tensors
import TestSupport
import Testing

/// A layer without biases is one whose biases are 0, to the bit.
@Suite struct NoBiasTests {
  private func compare(
    _ with: any Layer, _ without: any Layer, input: Shape, samples: Int, _ random: inout TestRandom
  ) throws {
    let weights = Dictionary(
      uniqueKeysWithValues: without.parameters.map { ($0.name, random.floats($0.count)) })
    let biases = with.parameters.filter { weights[$0.name] == nil }
    #expect(!biases.isEmpty && biases.allSatisfy { $0.name.hasPrefix("bias") })
    let zeros = Dictionary(uniqueKeysWithValues: biases.map { ($0.name, [Float](repeating: 0, count: $0.count)) })
    let inputs = random.floats(samples * input.count)
    let upstream = random.floats(samples * with.outputShape.count)
    let wanted = try LayerRun(
      with, inputShape: input, inputs: inputs, parameters: weights.merging(zeros) { $1 }, upstream: upstream, shards: 2)
    let run = try LayerRun(
      without, inputShape: input, inputs: inputs, parameters: weights, upstream: upstream, shards: 2)
    #expect(run.outputs == wanted.outputs && run.inputGradient == wanted.inputGradient)
    #expect(run.gradients == wanted.gradients.filter { weights[$0.key] != nil })
    #expect(run.gradients.count == weights.count)
  }

  @Test(arguments: TestCell.allCases, [false, true])
  func recurrentLayers(cell: TestCell, isDeep: Bool) throws {
    var random = TestRandom(11)
    for hidden in [1, 7, 17] {
      let input = Shape.sequence(steps: 5, features: 3)
      var options = RecurrentOptions(output: .all)
      options.layers = isDeep ? 2 : 1
      options.isBidirectional = isDeep
      try compare(
        cell.layer(input, hidden: hidden, options), cell.layer(input, hidden: hidden, options, bias: false),
        input: input, samples: 4, &random)
    }
  }

  @Test func linearLayers() throws {
    var random = TestRandom(12)
    for input in [Shape.vector(5), .sequence(steps: 3, features: 18), .image(height: 2, width: 3, channels: 4)] {
      try compare(
        Linear(input: input, outputs: 19), Linear(input: input, outputs: 19, bias: false), input: input, samples: 4,
        &random)
    }
  }
}
