import Planning
import Testing

struct QuantilesTests {
  /// Evenly spread from 2 to 5: the greatest of n is 2 + 3 n/(n + 1) in the mean.
  @Test(arguments: [1, 2, 3, 10, 1000])
  func theGreatestOfEvenlySpreadValuesIsAsByHand(count: Int) {
    let n = Double(count)
    for parts in [1, 4, 10] {
      let even = Quantiles(values: (0...parts).map { 2 + 3 * Double($0) / Double(parts) })
      #expect((even.expectedMaximum(of: count) - (2 + 3 * n / (n + 1))).magnitude < 1e-9)
    }
  }

  /// Half of the values lie evenly between 0 and 1, half between 1 and 10: the greater of two is
  /// ¼ · 2/3 + ½ · 5.5 + ¼ · (1 + 9 · 2/3) in the mean.
  @Test func theGreaterOfTwoUnevenlySpreadValuesIsAsByHand() {
    let uneven = Quantiles(values: [0, 1, 10])
    #expect((uneven.mean - (0.5 * 0.5 + 0.5 * 5.5)).magnitude < 1e-12)
    #expect((uneven.expectedMaximum(of: 2) - (0.25 * 2 / 3 + 0.5 * 5.5 + 0.25 * 7)).magnitude < 1e-12)
  }

  @Test func theGreatestGrowsWithTheCountUpToTheGreatestSample() {
    let quantiles = Quantiles(samples: [1, 1.1, 1.05, 1.2, 3, 1.1, 1])
    let expected = [1, 2, 4, 64, 4096, 1_000_000].map { quantiles.expectedMaximum(of: $0) }
    #expect(zip(expected, expected.dropFirst()).allSatisfy { $0 < $1 })
    #expect(expected[0] > 1 && expected[5] < 3 && expected[5] > 2.99)
  }

  @Test func quantilesOfSamplesLieBetweenThem() {
    #expect(Quantiles(samples: [3, 1, 2, 5, 4], parts: 4).values == [1, 2, 3, 4, 5])
    #expect(Quantiles(samples: [1, 2], parts: 2).values == [1, 1.5, 2])
    let one = Quantiles(samples: [7])
    #expect(one.values == Array(repeating: 7, count: 11))
    #expect((one.expectedMaximum(of: 100) - 7).magnitude < 1e-12)
    #expect(one.scaled(by: 0.5).values == Array(repeating: 3.5, count: 11))
  }
}
