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
        == "data.testShare: 4 samples cannot be split into 4 for training, 0 for validation and 0 for testing")
    #expect(
      try failure { try split(2, validation: 0.3, test: 0.6) }
        == "data.validationShare: 2 samples cannot be split into 0 for training, 1 for validation and 1 for testing")
  }

  @Test func foldsAreDisjointAndStratified() throws {
    let classes = (0..<103).map { Int32($0 < 60 ? 0 : $0 < 95 ? 1 : 2) }
    var shares = SplitShares(testShare: 0.1)
    shares.folds = 4
    let folds = try (1...4).map { fold in
      shares.fold = fold
      return try SeedSplit(count: 103, classes: classes, shares: shares)
    }
    #expect(folds.allSatisfy { $0.test == folds[0].test && $0.test.count == 10 })
    #expect((folds.flatMap(\.validation) + folds[0].test).sorted() == Array(0..<103))
    for parts in folds {
      #expect((23...24).contains(parts.validation.count))
      #expect((parts.training + parts.validation + parts.test).sorted() == Array(0..<103))
      for (index, size) in [60, 35, 8].enumerated() {
        let own = parts.validation.count { classes[$0] == Int32(index) }
        #expect(abs(Double(own) - 0.9 * Double(size) / 4) <= 1)
      }
    }
    shares.fold = nil
    #expect(try SeedSplit(count: 103, classes: classes, shares: shares) == folds[0])
    #expect(
      try failure { try SeedSplit(count: 3, shares: shares) } == "data.folds is 4, but there are 3 samples to divide")
  }

  /// Groups of 1 to 9 samples of one class each.
  private func grouped(_ count: Int) -> (groups: SampleGroups, classes: [Int32]) {
    var (names, classes): ([String], [Int32]) = ([], [])
    for group in 0..<count {
      let size = group * 7 % 9 + 1
      names += Array(repeating: "p\(group)", count: size)
      classes += Array(repeating: Int32(group % 3 == 0 ? 1 : 0), count: size)
    }
    return (SampleGroups(names, from: "patient"), classes)
  }

  @Test(arguments: [20, 200, 3000])
  func noGroupIsInTwoParts(count: Int) throws {
    let (groups, classes) = grouped(count)
    let total = Double(classes.count)
    let shares = SplitShares(validationShare: 0.2, testShare: 0.1)
    let parts = try SeedSplit(count: classes.count, classes: classes, groups: groups, shares: shares)
    #expect((parts.training + parts.validation + parts.test).sorted() == Array(0..<classes.count))
    func names(_ part: [Int]) -> Set<String> { Set(part.map { groups.names[$0] }) }
    let found = [parts.training, parts.validation, parts.test].map(names)
    #expect(found.map(\.count).reduce(0, +) == count)
    #expect(parts.groups?.count == count && parts.groups?.source == "patient")
    #expect(Split.allCases.map { parts.groups?.counts[$0] ?? 0 } == found.map(\.count))
    for (part, share) in [(parts.validation, 0.2), (parts.test, 0.1)] {
      #expect(abs(Double(part.count) - share * total) <= 2)
      for index: Int32 in [0, 1] {
        let own = part.count { classes[$0] == index }
        #expect(abs(Double(own) - share * Double(classes.count { $0 == index })) <= 4)
      }
    }
    // The test samples stay the same if the others are divided otherwise.
    var folds = SplitShares(testShare: 0.1)
    folds.folds = 3
    let all = try (1...3).map { fold in
      folds.fold = fold
      return try SeedSplit(count: classes.count, classes: classes, groups: groups, shares: folds)
    }
    #expect(all.allSatisfy { Set($0.test) == Set(parts.test) })
    #expect(all.map { names($0.validation).count }.reduce(0, +) + found[2].count == count)
    #expect(all.allSatisfy { abs(Double($0.validation.count) - 0.3 * total) <= 2 })
    // Another seed chooses others.
    var other = shares
    other.splitSeed = 2
    #expect(
      try SeedSplit(count: classes.count, classes: classes, groups: groups, shares: other).test.sorted()
        != parts.test.sorted())
  }

  @Test func tooFewGroupsAreRefused() throws {
    var shares = SplitShares(testShare: 0.5)
    shares.folds = 3
    let groups = SampleGroups(["a", "a", "b", "b", "b", "c"], from: "patient")
    #expect(
      try failure { try SeedSplit(count: 6, groups: groups, shares: shares) }
        == "data.splitBy: the samples have 3 groups by patient, too few for 4 parts")
    shares.folds = 2
    let parts = try SeedSplit(count: 6, groups: groups, shares: shares)
    #expect(!parts.test.isEmpty && !parts.validation.isEmpty && !parts.training.isEmpty)
  }
}
