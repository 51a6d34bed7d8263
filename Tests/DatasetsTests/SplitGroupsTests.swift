import Datasets
import Formats
import Testing

/// Groups of samples in parts of the data, and in files that need not have them.
@Suite struct SplitGroupsTests {
  /// Four samples of three groups, of which one or two are for the test.
  private func groups() throws -> SplitGroups {
    let names = SampleGroups(["10", "10", "9", "8"], from: "patient")
    return try #require(try SeedSplit(count: 4, groups: names, shares: SplitShares(testShare: 0.25)).groups)
  }

  @Test func partsOfTheirOwnMayHaveTheSameGroups() throws {
    var groups = try groups()
    #expect(groups.divided == [.training, .test] && groups.common(to: .training, and: .test).isEmpty)
    groups.add(SampleGroups(["10", "9", "8", "7", "7"], from: "patient"), of: .validation, otherwise: "none")
    #expect(groups.count == 4 && groups.counts[.validation] == 4 && groups.unknown.isEmpty)
    #expect(groups.divided == [.training, .test])
    // Numbers are in their order.
    let common = groups.common(to: .training, and: .validation) + groups.common(to: .test, and: .validation)
    #expect(common.sorted() == ["10", "8", "9"] && groups.common(to: .training, and: .validation).last == "10")
    groups.add(nil, of: .validation, otherwise: "v.csv has none")
    #expect(groups.unknown == [.validation: "v.csv has none"] && groups.names[.validation] == nil)
    #expect(groups.common(to: .training, and: .validation).isEmpty)
  }

  @Test func whatIsDividedMayBeValidationSamples() throws {
    let whole = try groups()
    let divided = whole.dividing(.validation)
    #expect(divided.divided == [.validation, .test] && divided.names[.validation] == whole.names[.training])
    #expect(divided.names[.training] == nil && divided.names[.test] == whole.names[.test])
  }

  @Test func imagesHaveGroupsIfAllNamesFit() throws {
    func images(_ names: [String]) -> ImageSamples {
      ImageSamples(names.map { ImageSample(path: "test/cats/\($0)", label: 0) }, classNames: ["cats"], source: "test")
    }
    var groups = try groups()
    try groups.add(images(["9_a.jpg", "7_b.jpg"]), by: GroupPattern("(*)_*"), of: .validation)
    #expect(groups.names[.validation] == ["7", "9"])
    try groups.add(images(["9_a.jpg", "b.jpg"]), by: GroupPattern("(*)_*"), of: .validation)
    #expect(groups.unknown == [.validation: "test/cats/b.jpg has no group by the pattern (*)_* (data.splitBy)"])
  }

  @Test func aTableNeedNotHaveGroups() throws {
    func groups(_ text: String, _ extras: SampleExtras) throws -> SampleGroups? {
      try withFolder { folder in
        try write(text, to: "\(folder)/t.csv")
        return try CSVDataset(
          contentsOf: "\(folder)/t.csv", style: CSVStyle(), columns: CSVColumns(inputs: ["a"], target: .label("k")),
          extras: extras
        ).groups
      }
    }
    let table = "a,who,k\n1,p1,x\n2,p2,y\n"
    for column in ["who", "1"] {
      let extras = SampleExtras(group: column, needsGroup: false)
      #expect(try groups(table, extras) == SampleGroups(["p1", "p2"], from: "who"))
    }
    #expect(try groups(table, SampleExtras(group: "patient", needsGroup: false)) == nil)
    #expect(
      try failure { try groups(table, SampleExtras(group: "patient")) }
        == "t.csv: there is no column \"patient\", which data.splitBy names")
  }

  @Test func aTableOfStepsNeedNotHaveGroups() throws {
    func groups(_ column: String) throws -> SampleGroups? {
      try withFolder { folder in
        try write("id,a,who,k\n1,1,p1,x\n1,2,p1,x\n2,3,p2,y\n", to: "\(folder)/t.csv")
        var form = CSVSequenceForm(
          sample: "id", time: nil, targetOf: .sample, columns: CSVColumns(inputs: ["a"], target: .label("k")))
        form.extras = SampleExtras(group: column, needsGroup: false)
        return try SequenceDataset.reading(csv: "\(folder)/t.csv", style: CSVStyle(), form: form).groups
      }
    }
    for column in ["who", "2"] { #expect(try groups(column) == SampleGroups(["p1", "p2"], from: "who")) }
    #expect(try groups("patient") == nil)
  }

  @Test func anArchiveNeedNotHaveGroups() throws {
    try withFolder { folder in
      let arrays = ["y", "who"].map { ($0, NPYArray(shape: [3], int32s: [0, 1, 1])) }
      try NPZArchive.write(
        [("x", NPYArray(shape: [3, 2], floats: [0, 1, 2, 3, 4, 5]))] + arrays, to: "\(folder)/t.npz")
      func open(_ name: String, needsGroup: Bool = false) throws -> NumPyDataset {
        try NumPyDataset(
          contentsOf: "\(folder)/t.npz", extras: SampleExtras(group: name, needsGroup: needsGroup))
      }
      let samples = try open("who")
      #expect(samples.groups == SampleGroups(["0", "1", "1"], from: "who") && samples.notices.isEmpty)
      let others = try open("patient")
      #expect(others.groups == nil && others.notices.count == 1)
      #expect(others.notices.first?.hasSuffix("the array who is not read; x, y and lengths are") == true)
      #expect(
        try failure { try open("patient", needsGroup: true) }.hasSuffix(
          "there is no array \"patient\"; it holds x, y, who"))
    }
  }

  @Test func groupsOfAnArchiveAreExactAndFinite() throws {
    func groups(_ array: NPYArray) throws -> SampleGroups? {
      try withFolder { folder in
        try NPZArchive.write(
          [
            ("x", NPYArray(shape: [3, 1], floats: [0, 1, 2])), ("y", NPYArray(shape: [3], int32s: [0, 1, 1])),
            ("who", array),
          ], to: "\(folder)/t.npz")
        return try NumPyDataset(contentsOf: "\(folder)/t.npz", extras: SampleExtras(group: "who")).groups
      }
    }
    // A float64 does not hold the second of these.
    let large = Int64(1) << 53
    let names = try groups(NPYArray(shape: [3], int64s: [large, large + 1, large + 2]))?.names
    #expect(names == ["9007199254740992", "9007199254740993", "9007199254740994"])
    #expect(try groups(NPYArray(shape: [3], doubles: [2, 2.5, -0.0]))?.names == ["2", "2.5", "0"])
    for (number, text) in [(Double.nan, "nan"), (-.nan, "nan"), (.infinity, "inf")] {
      let told = try failure { try groups(NPYArray(shape: [3], doubles: [0, number, 1])) }
      #expect(told.hasSuffix("t.npz: who[1] is \(text), so sample 1 has no group"), "\(told)")
    }
  }
}
