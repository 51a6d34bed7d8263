import Datasets
import Diagnostics

/// Settings of a source that can keep some of its training samples for validation and testing.
protocol SplittableSettings: DataSourceSettings {
  /// How many are kept, and which.
  var split: SplitShares { get set }
}

extension SplittableSettings {
  /// The keys of all such sources.
  static var splitFields: [Field<Self>] {
    [
      Field(
        "validationShare", \Self.split.validationShare, .number(.from(0, below: 1)),
        "the share of the samples that is kept to measure on while training"),
      Field(
        "testShare", \Self.split.testShare, .number(.from(0, below: 1)),
        "the share of the samples that is kept to measure on at the end"),
      Field(
        "splitSeed", \Self.split.splitSeed, .number(.atLeast(0)),
        "the seed that chooses the kept samples; not the recipe's, so that every seed is measured on the same ones"),
    ]
  }

  /// Throws where the shares leave nothing to train on, or where a part has both a share and a file of its own, under
  /// one of these keys.
  func checkSplit(
    _ section: Section, validationFile: (key: String, isGiven: Bool)? = nil,
    testFile: (key: String, isGiven: Bool)? = nil
  ) throws {
    guard split.validationShare + split.testShare < 1 else {
      throw section.conflict(
        of: ["testShare", "validationShare"],
        "\(section.naming("validationShare", split.validationShare)) and "
          + "\(section.naming("testShare", split.testShare)), which leaves nothing to train on",
        advice: "make them less than 1 together")
    }
    let parts = [("validationShare", split.validationShare, validationFile), ("testShare", split.testShare, testFile)]
    for (key, share, file) in parts where share > 0 {
      guard let file, file.isGiven else { continue }
      throw section.conflict(
        of: [key], "\(section.naming(key, share)), but \(section.path(of: file.key)) names samples already",
        advice: "give one of them: a share of the training samples, or a file")
    }
  }
}
