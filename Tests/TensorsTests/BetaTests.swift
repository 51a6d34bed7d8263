import Foundation
import Testing

@testable import Tensors

@Suite struct BetaTests {
  private static let count = 20_000

  private func numbers(_ shape: Double) -> [Double] {
    let random = Philox(seed: 4, purpose: .mixing)
    return (0..<Self.count).map { random.beta(shape: shape, epoch: 2, sample: $0, block: 1) }.sorted()
  }

  @Test(arguments: [0.05, 0.2, 0.5, 1, 1.5, 8, 400])
  func meanAndVarianceAreThoseOfBeta(shape: Double) {
    let numbers = numbers(shape)
    let n = Double(Self.count)
    let variance = 1 / (4 * (2 * shape + 1))
    let mean = numbers.reduce(0, +) / n
    #expect((mean - 0.5).magnitude < 4 * (variance / n).squareRoot())
    let found = numbers.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / n
    #expect((found / variance - 1).magnitude < 0.04)
    #expect(numbers.allSatisfy { (0...1).contains($0) })
  }

  /// The greatest difference from the distribution function, by Kolmogorov; 1.95 / √n is exceeded once in a thousand times.
  @Test func theDistributionIsBeta() {
    let functions: [(shape: Double, function: (Double) -> Double)] = [
      (0.5, { 2 / Double.pi * asin($0.squareRoot()) }), (1, { $0 }), (2, { $0 * $0 * (3 - 2 * $0) }),
    ]
    for (shape, function) in functions {
      let difference = numbers(shape).enumerated().reduce(0) { most, entry in
        max(most, (function(entry.element) - (Double(entry.offset) + 0.5) / Double(Self.count)).magnitude)
      }
      #expect(difference < 1.95 / Double(Self.count).squareRoot(), "\(shape)")
    }
  }

  @Test func aTinyShapeGivesOneOrTheOther() {
    let numbers = numbers(1e-6)
    #expect(numbers.filter { $0 < 1e-9 || $0 > 1 - 1e-9 }.count > Self.count - 5)
  }
}
