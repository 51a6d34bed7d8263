import Datasets
import Diagnostics

/// A data source that can set aside some of its training samples for validation and testing.
public protocol SplittableEntry: DataEntry {
  /// How many samples are set aside, and the seed that chooses them.
  var split: SplitShares { get set }
}

extension SplittableEntry {
  /// The keys for `split`.
  public static var splitKeys: [RecipeKey<Self>] {
    [
      RecipeKey(
        "validationShare", \Self.split.validationShare, .number(.from(0, below: 1)),
        "the share of the samples that is set aside for validation"),
      RecipeKey(
        "testShare", \Self.split.testShare, .number(.from(0, below: 1)),
        "the share of the samples that is set aside for the test"),
      RecipeKey(
        "splitSeed", \Self.split.splitSeed, .number(.atLeast(0)),
        "the seed that chooses these samples; not the recipe's, so that all seeds are measured on the same ones"
      ),
    ]
  }

  /// Checks that the shares leave training samples, and that no part has both a share and samples of its own.
  public func check(_ section: RecipeSection) throws { try checkSplit(section) }

  /// Checks that the shares leave training samples, and that no part has both a share and samples that one of these
  /// keys names.
  func checkSplit(_ section: RecipeSection, validation: String = "validation", test: String = "test") throws {
    guard split.validationShare + split.testShare < 1 else {
      throw section.conflict(
        of: ["testShare", "validationShare"],
        "\(section.naming("validationShare", split.validationShare)) and "
          + "\(section.naming("testShare", split.testShare)), which leaves nothing to train on",
        advice: "make them less than 1 together")
    }
    let parts = [("validationShare", split.validationShare, validation), ("testShare", split.testShare, test)]
    for (key, share, file) in parts where share > 0 {
      guard written.contains(where: { $0.key == file && $0.value.flowText != "none" }) else { continue }
      throw section.conflict(
        of: [key], "\(section.naming(key, share)), but \(section.path(of: file)) names samples already",
        advice: "give one of them: a share of the training samples, or a file")
    }
  }
}
