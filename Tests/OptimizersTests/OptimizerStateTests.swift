import Optimizers
import Tensors
import TestSupport
import Testing

/// Properties of every optimizer.
@Suite(.serialized) struct OptimizerStateTests {
  private func run(
    _ optimizer: any Optimizer, _ weights: inout [Float], steps: Range<Int>
  ) {
    for step in steps {
      var random = TestRandom(UInt64(100 + step))
      optimizer.step(parameters: &weights, gradients: padded(random.floats(37)), learningRate: 0.01)
    }
  }

  private var start: [Float] {
    var random = TestRandom(1)
    return padded(random.floats(37))
  }

  @Test(arguments: OptimizerCase.all)
  func bitsAreTheSameOnEveryInstructionSet(optimizer: OptimizerCase) throws {
    let results = try onEachInstructionSet {
      var weights = start
      let own = try optimizer.make(paddedCount, segments)
      run(own, &weights, steps: 0..<10)
      return bits(weights) + own.state.flatMap { bits($0.values.floats) }
    }
    for (name, result) in results { #expect(result == results[0].result, "\(name) differs") }
  }

  @Test(arguments: OptimizerCase.all)
  func paddingStaysZero(optimizer: OptimizerCase) throws {
    var weights = start
    let own = try optimizer.make(paddedCount, segments)
    run(own, &weights, steps: 0..<10)
    let padding = Set(0..<paddedCount).subtracting(segments.joined())
    for vector in [weights] + own.state.map({ Array($0.values.floats) }) {
      #expect(padding.allSatisfy { vector[$0] == 0 })
    }
  }

  @Test(arguments: OptimizerCase.all)
  func aRestoredOptimizerContinuesWithTheSameBits(optimizer: OptimizerCase) throws {
    var weights = start
    let first = try optimizer.make(paddedCount, segments)
    run(first, &weights, steps: 0..<5)
    var resumed = weights
    let second = try optimizer.make(paddedCount, segments)
    #expect(second.state.map(\.name) == first.state.map(\.name))
    for (new, old) in zip(second.state, first.state) {
      new.values.base.update(from: old.values.base, count: old.values.count)
    }
    second.stepCount = first.stepCount
    run(first, &weights, steps: 5..<10)
    run(second, &resumed, steps: 5..<10)
    #expect(bits(resumed) == bits(weights))
  }

  @Test func stateHasPyTorchsNames() throws {
    #expect(try SGD(count: 1).state.isEmpty)
    #expect(try SGD(count: 1, momentum: 0.5).state.map(\.name) == ["momentum_buffer"])
    #expect(
      try RMSprop(count: 1, momentum: 0.5, centered: true).state.map(\.name)
        == ["square_avg", "grad_avg", "momentum_buffer"])
    #expect(try Adam(count: 1).state.map(\.name) == ["exp_avg", "exp_avg_sq"])
  }
}
