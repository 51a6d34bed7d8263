import TestSupport
import Testing

@testable import Training

/// Sums without rounding.
@Suite struct ExactSumTests {
  private func sum(_ terms: some Sequence<Double>) -> ExactSum {
    terms.reduce(into: ExactSum()) { $0.add($1) }
  }

  @Test func smallTermsAreNotLost() {
    #expect(sum([1, 1e100, 1, -1e100]).value == 2)
    #expect(sum([1e308, 1e308, -1e308]).value == 1e308)
    #expect(sum([.leastNonzeroMagnitude, -1, 1]).value == .leastNonzeroMagnitude)
    #expect(sum([-3, 1]).value == -2 && sum([-0.1]).value == -0.1 && sum([]).value == 0)
    #expect(sum([1, .infinity]).value.isNaN && sum([.nan]).value.isNaN)
    #expect(sum([.greatestFiniteMagnitude, .greatestFiniteMagnitude]).value == .infinity)
  }

  @Test func theOrderDoesNotMatter() {
    var random = TestRandom(6)
    var terms = (0..<500).map { _ in
      Double(sign: .plus, exponent: Int.random(in: -300...300, using: &random), significand: 1)
        * Double.random(in: -2...2, using: &random)
    }
    let first = sum(terms)
    for _ in 0..<5 {
      terms.shuffle(using: &random)
      #expect(sum(terms).value == first.value)
      var parts = sum(terms[..<200])
      parts.add(ExactSum(words: sum(terms[200...]).words[...]))
      #expect(parts.value == first.value && parts.words == first.words)
    }
  }

  /// The sum of whole numbers is exact, and its value has all digits that a double holds.
  @Test func valuesHaveAllDigits() {
    var random = TestRandom(7)
    for _ in 0..<200 {
      let terms = (0..<20).map { _ in Double(Int.random(in: -(1 << 49)...1 << 49, using: &random)) }
      #expect(sum(terms).value == terms.reduce(0, +))
      let parts = sum(terms + [0x1p-40]).parts
      #expect(parts.high + parts.low == parts.high && parts.high - terms.reduce(0, +) + parts.low == 0x1p-40)
    }
  }
}
