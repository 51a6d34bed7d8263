import Datasets
import Diagnostics
import Testing

@Suite struct SeedSplitTests {
  private func split(
    _ count: Int, validation: Double = 0, test: Double = 0, seed: UInt64 = 1, classes: [Int32]? = nil
  ) throws -> SeedSplit {
    try SeedSplit(
      count: count, classes: classes,
      shares: SplitShares(validationShare: validation, testShare: test, splitSeed: seed))
  }

  @Test func everySampleIsInOneSplitOfTheExactShare() throws {
    for (count, validation, test) in [(20050, 0.0, 0.1), (7, 0.3, 0.3), (1000, 0.5, 0.25), (3, 0, 0)] {
      let parts = try split(count, validation: validation, test: test)
      #expect(parts.test.count == Int((Double(count) * test).rounded()))
      #expect(parts.validation.count == Int((Double(count) * validation).rounded()))
      #expect((parts.training + parts.validation + parts.test).sorted() == Array(0..<count))
      #expect(parts.training == parts.training.sorted())
    }
  }

  @Test func onlyTheSeedDecidesTheSplit() throws {
    let first = try split(500, validation: 0.1, test: 0.2)
    #expect(try split(500, validation: 0.1, test: 0.2) == first)
    #expect(try split(500, validation: 0.1, test: 0.2, seed: 2).test != first.test)
    #expect(try split(500, validation: 0.3, test: 0.2).test == first.test)
    // In random order, so that the first test samples come from the whole source.
    #expect(first.test != first.test.sorted())
    #expect(first.test.filter { $0 < 250 }.count > 30 && first.test.filter { $0 >= 250 }.count > 30)
  }

  @Test func everySplitHasItsShareOfEachClass() throws {
    let sizes = [600, 40, 10, 5]
    let classes = sizes.enumerated().flatMap { Array(repeating: Int32($0.offset), count: $0.element) }
    let parts = try split(classes.count, validation: 0.2, test: 0.1, classes: classes)
    #expect(parts.test.count == 66 && parts.validation.count == 131)
    for (index, size) in sizes.enumerated() {
      func count(_ part: [Int]) -> Double { Double(part.filter { classes[$0] == index }.count) }
      #expect(abs(count(parts.test) - Double(size) * 0.1) <= 1)
      #expect(abs(count(parts.validation) - Double(size) * 0.2) <= 1)
    }
  }

  @Test func anEmptySplitIsRefused() throws {
    #expect(
      try failure { try split(4, test: 0.1) }
        == "4 samples cannot be split into 4 for training, 0 for validation and 0 for testing")
    #expect(
      try failure { try split(2, validation: 0.3, test: 0.6) }
        == "2 samples cannot be split into 0 for training, 1 for validation and 1 for testing")
  }
}
