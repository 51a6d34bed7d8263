import Planning
import Testing

struct DistributionTests {
  @Test func sharesAreMeansOfEqualParts() {
    #expect(Distribution(samples: [3, 1, 2, 6, 5, 4], shares: 3).shares == [1.5, 3.5, 5.5])
    // 1, 1 and half of 2; the other half of 2, 3 and 4.
    #expect(Distribution(samples: [1, 1, 2, 3, 4], shares: 2).shares == [3 / 2.5, 8 / 2.5])
    #expect(Distribution(samples: [7], shares: 4).shares == [7, 7, 7, 7])
    #expect(Distribution(samples: [7]).scaled(by: 0.5).shares == Array(repeating: 3.5, count: 20))
  }

  @Test(arguments: [1, 2, 5, 19, 20, 21, 1000])
  func theMeanIsThatOfTheSamples(count: Int) {
    // Most are short, few are very long.
    let samples: [Double] = (0..<count).map { place in
      let short = Double(place * 7 % 13) / 13
      return place % 17 == 3 ? 50 : 1 + short
    }
    let wanted = samples.reduce(0, +) / Double(count)
    let distribution = Distribution(samples: samples)
    #expect((distribution.mean - wanted).magnitude < 1e-9 * wanted)
    #expect((distribution.expectedMaximum(of: 1) - wanted).magnitude < 1e-9 * wanted)
  }

  /// The maximum of two values is 1 with probability ¼, otherwise 10.
  @Test func theExpectedMaximumIsAsComputedByHand() {
    let two = Distribution(shares: [1, 10])
    #expect((two.expectedMaximum(of: 2) - 7.75).magnitude < 1e-12)
    #expect((two.expectedMaximum(of: 3) - 8.875).magnitude < 1e-12)
    #expect((Distribution(shares: [7]).expectedMaximum(of: 100) - 7).magnitude < 1e-12)
  }

  @Test func theExpectedMaximumGrowsToTheLargestShare() {
    let distribution = Distribution(samples: [1, 1.1, 1.05, 1.2, 3, 1.1, 1])
    let expected = [1, 2, 4, 16, 64].map { distribution.expectedMaximum(of: $0) }
    #expect(zip(expected, expected.dropFirst()).allSatisfy { $0 < $1 })
    #expect(expected[0] > 1 && expected[4] < 3 && expected[4] > 2.9)
  }
}
