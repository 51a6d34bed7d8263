import Layers
import Tensors
import TestSupport
import Testing

@Suite struct RecurrentBitsTests {
  private let steps = 5
  private let inputs = 3
  private let hidden = 18
  private let lengths: [Int32] = [5, 2, 4, 0, 5, 1, 3]

  private func run(_ cell: TestCell, samples: Range<Int>, shards: Int) throws -> LayerRun {
    var options = RecurrentOptions(output: .all)
    options.layers = 2
    options.isBidirectional = true
    let shape = Shape.sequence(steps: steps, features: inputs)
    let layer = try cell.layer(shape, hidden: hidden, options)
    var random = TestRandom(21)
    let x = random.floats(lengths.count * shape.count)
    let upstream = random.floats(lengths.count * layer.outputShape.count)
    let parameters = random.floats(layer.valueCount, scale: 0.6)
    func own(_ values: [Float]) -> [Float] {
      let width = values.count / lengths.count
      return Array(values[samples.lowerBound * width..<samples.upperBound * width])
    }
    return try LayerRun(
      layer, inputShape: shape, inputs: own(x), parameters: layer.cut(parameters), upstream: own(upstream),
      shards: shards, lengths: Array(lengths[samples]))
  }

  @Test(arguments: TestCell.allCases)
  func everyInstructionSetGivesTheSameBits(cell: TestCell) throws {
    let runs = try onEachInstructionSet { try run(cell, samples: 0..<lengths.count, shards: 3) }
    for (name, result) in runs {
      #expect(bits(result.outputs) == bits(runs[0].result.outputs), "\(name)")
      #expect(bits(result.inputGradient) == bits(runs[0].result.inputGradient), "\(name)")
      for (parameter, gradient) in result.gradients {
        #expect(bits(gradient) == bits(runs[0].result.gradients[parameter] ?? []), "\(name) \(parameter)")
      }
    }
  }

  @Test(arguments: TestCell.allCases)
  func aSamplesBitsDoNotDependOnTheOthersOfItsBatch(cell: TestCell) throws {
    let whole = try run(cell, samples: 0..<lengths.count, shards: 1)
    for cuts in [[0, 3, 7], [0, 1, 2, 3, 4, 5, 6, 7]] {
      let parts = try zip(cuts, cuts.dropFirst()).map { try run(cell, samples: $0..<$1, shards: 1) }
      #expect(bits(parts.flatMap(\.outputs)) == bits(whole.outputs))
      #expect(bits(parts.flatMap(\.inputGradient)) == bits(whole.inputGradient))
    }
  }
}
