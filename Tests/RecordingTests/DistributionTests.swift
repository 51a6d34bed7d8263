import TestSupport
import Testing

@testable import Recording

@Suite struct DistributionTests {
  private func distribution(_ values: [Float]) -> TensorDistribution? {
    var finder = DistributionFinder()
    return values.withUnsafeBufferPointer { finder.distribution("w", .weight, $0) }
  }

  @Test func numbersOfKnownValues() throws {
    // 0, 1, ... 200 in a mixed order.
    let values = (0...200).map { Float($0 * 77 % 201) }
    let found = try #require(distribution(values))
    #expect(found.count == 201 && found.minimum == 0 && found.maximum == 200)
    #expect(found.mean == 100)
    // The variance of 0 ... n - 1 is (n² - 1)/12.
    #expect(abs(found.standardDeviation - (201.0 * 201 - 1).squareRoot() / 12.0.squareRoot()) < 1e-9)
    #expect(found.quantiles == [0, 2, 10, 50, 100, 150, 190, 198, 200])
    #expect(found.counts.reduce(0, +) == 201 && found.counts.count == 30)
    // Bins of 200/30: the first holds 0 ... 6, the last 194 (193.33 and more) ... 200.
    #expect(found.counts[0] == 7 && found.counts[29] == 7)
  }

  @Test func quantilesBetweenValuesAreInterpolated() throws {
    #expect(try #require(distribution([3, 1])).quantiles == [1, 1.02, 1.1, 1.5, 2, 2.5, 2.9, 2.98, 3])
  }

  @Test func equalValuesAreOneBin() throws {
    let found = try #require(distribution([Float](repeating: -0.25, count: 12)))
    #expect(found.counts == [12] + [Int](repeating: 0, count: 29))
    #expect(found.standardDeviation == 0 && found.quantiles.allSatisfy { $0 == -0.25 })
    // The difference of sums of squares would be 1.7e-9 and more.
    #expect(try #require(distribution([Float](repeating: 0.1, count: 1000))).standardDeviation < 1e-15)
    let narrow = try #require(distribution((0..<1000).map { 1024 + Float($0 % 2) * 0x1p-13 }))
    #expect(abs(narrow.standardDeviation - 0x1p-14) < 1e-12)
  }

  @Test func valuesThatAreNotFiniteCountNowhere() throws {
    let found = try #require(distribution([1, .nan, 3, .infinity, -.infinity]))
    #expect(found.count == 2 && found.minimum == 1 && found.maximum == 3 && found.mean == 2)
    #expect(distribution([.nan, .infinity]) == nil)
    #expect(distribution([]) == nil)
  }

  /// Quantiles of a large tensor use evenly spaced values; extremes and moments use all.
  @Test func largeTensorsAreSampledForQuantiles() throws {
    var random = TestRandom(5)
    var values = (0..<100_000).map { _ in Float.random(in: -1...1, using: &random) }
    values[77_777] = 5
    let found = try #require(distribution(values))
    #expect(found.maximum == 5 && found.quantiles.last == 5)
    #expect(found.counts.reduce(0, +) == 100_000)
    for (share, quantile) in zip(TensorDistribution.shares, found.quantiles).dropFirst().dropLast() {
      #expect(abs(Double(quantile) - (2 * share - 1)) < 0.05, "at \(share)")
    }
    let again = try #require(distribution(values))
    #expect(again.quantiles == found.quantiles)
  }
}
