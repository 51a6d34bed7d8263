import Optimizers
import TestSupport
import Testing

/// Rules of single parameters: each must be updated as by an optimizer of its own with that rate and decay.
@Suite struct UpdateRuleTests {
  /// Makes an optimizer with a weight decay.
  struct Maker: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (_ decay: Double) throws -> SlicedOptimizer
  }

  static let makers = [
    Maker(testDescription: "sgd") { try SGD(count: paddedCount, momentum: 0.9, nesterov: true, weightDecay: $0) },
    Maker(testDescription: "rmsprop") { try RMSprop(count: paddedCount, weightDecay: $0, momentum: 0.5) },
    Maker(testDescription: "adam") { try Adam(count: paddedCount, weightDecay: $0) },
    Maker(testDescription: "adamw") { try AdamW(count: paddedCount, weightDecay: $0) },
    Maker(testDescription: "lars") { try LARS(count: paddedCount, segments: segments, weightDecay: $0) },
    Maker(testDescription: "lamb") { try LAMB(count: paddedCount, segments: segments, weightDecay: $0) },
  ]

  private static func vector(_ seed: UInt64) -> [Float] {
    var random = TestRandom(seed)
    return padded(random.floats(37))
  }

  /// The weights after some steps.
  private func run(_ optimizer: SlicedOptimizer, rate: Double, steps: Range<Int>, from start: [Float]) -> [Float] {
    var weights = start
    for step in steps {
      let gradients = Self.vector(UInt64(100 + step))
      weights.withUnsafeMutableBufferPointer { weights in
        gradients.withUnsafeBufferPointer { gradients in
          guard let first = weights.baseAddress, let slope = gradients.baseAddress else { return }
          optimizer.step(parameters: first, gradients: slope, learningRate: rate)
        }
      }
    }
    return weights
  }

  @Test(arguments: makers)
  func eachParameterFollowsItsRule(maker: Maker) throws {
    let start = Self.vector(1)
    let grouped = try maker.make(0.1)
    var slow = UpdateRule(), still = UpdateRule(), late = UpdateRule()
    (slow.rateFactor, slow.weightDecay) = (0.25, 0)
    still.start = .max
    late.start = 3
    grouped.apply([slow, still, late], segments: segments)
    let result = run(grouped, rate: 0.01, steps: 0..<7, from: start)
    // The same product of rate and factor.
    let alone = run(try maker.make(0), rate: 0.01 * 0.25, steps: 0..<7, from: start)
    let after = run(try maker.make(0.1), rate: 0.01, steps: 3..<7, from: start)
    #expect(bits(Array(result[segments[0]])) == bits(Array(alone[segments[0]])))
    #expect(bits(Array(result[segments[1]])) == bits(Array(start[segments[1]])))
    #expect(bits(Array(result[segments[2]])) == bits(Array(after[segments[2]])))
    #expect(result[segments[0]] != start[segments[0]] && result[segments[2]] != start[segments[2]])
  }

  @Test(arguments: makers)
  func rulesWithoutAnythingSpecialChangeNothing(maker: Maker) throws {
    let grouped = try maker.make(0.1)
    grouped.apply(segments.map { _ in UpdateRule() }, segments: segments)
    let start = Self.vector(2)
    #expect(
      bits(run(grouped, rate: 0.01, steps: 0..<5, from: start))
        == bits(run(try maker.make(0.1), rate: 0.01, steps: 0..<5, from: start)))
  }
}
