import Datasets
import Diagnostics

/// A data source that can set aside some of its training samples for validation and testing.
public protocol SplittableEntry: DataEntry {
  /// How many samples are set aside, and the seed that chooses them.
  var split: SplitShares { get set }
}

/// A data source that can keep groups of samples in one part of the data.
public protocol GroupableEntry: SplittableEntry {
  /// What says the group of a sample: a column, an array or a pattern of file names; nil if samples are independent.
  var splitBy: String? { get set }
}

extension GroupableEntry {
  /// The key of groups; `doc` says what its value names.
  static func groupKey(_ doc: String) -> RecipeKey<Self> {
    RecipeKey(
      "splitBy", \Self.splitBy, .optional(.text),
      "\(doc), or none; shares and folds keep each group in one part, and a warning says if groups are also in a separate "
        + "validation or test part")
  }
}

extension GroupableEntry {
  /// The groups of the training file, with those of the validation and test files, `others`. `holder` says what a file
  /// has them in.
  func joined(_ groups: SplitGroups?, _ others: [SampleGroups?], in holder: String) -> SplitGroups? {
    guard let groups else { return nil }
    var joined = groups
    for (part, own) in zip([Split.validation, .test], others) {
      guard let path = path(of: part) else { continue }
      joined.add(own, of: part, otherwise: "\(path) has no \(holder) \(groups.source)")
    }
    return joined
  }
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
      RecipeKey(
        "folds", \Self.split.folds, .optional(.number(.from(2, through: 1000))),
        "for cross-validation: the number of folds of the samples, or none; train trains once for each, with that fold as "
          + "the validation samples and the others to train on"),
      RecipeKey(
        "fold", \Self.split.fold, .optional(.number(.from(1, through: 1000))),
        "the one fold, from 1, to take as the validation samples, or none for all in turn"),
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
    try checkGroups(section, files: [validation, test])
    try checkFolds(section, validation: validation)
    let parts = [("validationShare", split.validationShare, validation), ("testShare", split.testShare, test)]
    for (key, share, file) in parts where share > 0 && named(by: file) != nil {
      throw section.conflict(
        of: [key], "\(section.naming(key, share)), but \(section.path(of: file)) names samples already",
        advice: "give one of them: a share of the training samples, or a file")
    }
  }

  /// The file or folder that a key names; nil for none.
  private func named(by key: String) -> String? {
    written.first { $0.key == key && $0.value.flowText != "none" }?.value.flowText
  }

  /// Checks that there are parts whose groups matter: shares, folds, or what the keys `files` name.
  private func checkGroups(_ section: RecipeSection, files: [String]) throws {
    guard (self as? any GroupableEntry)?.splitBy != nil, split.folds == nil,
      split.validationShare + split.testShare == 0, files.allSatisfy({ named(by: $0) == nil })
    else { return }
    throw section.conflict(
      of: ["splitBy"], "\(section.path(of: "splitBy")) keeps groups together, but all samples are for training",
      advice: "give validation or test samples by \(files[0]), \(files[1]), validationShare, testShare or folds, or "
        + "leave splitBy out")
  }

  /// Checks that folds are the only validation samples, and that the chosen fold exists.
  private func checkFolds(_ section: RecipeSection, validation: String) throws {
    guard let folds = split.folds else {
      guard let fold = split.fold else { return }
      throw section.conflict(
        of: ["fold"], "\(section.naming("fold", fold)), but there are no folds",
        advice: "say how many there are: folds: 5")
    }
    if let fold = split.fold, fold > folds {
      throw section.conflict(
        of: ["fold", "folds"], "\(section.naming("fold", fold)), but \(section.naming("folds", folds))",
        advice: "folds count from 1 to \(folds)")
    }
    let file = named(by: validation)
    guard split.validationShare == 0, file == nil else {
      let key = split.validationShare > 0 ? "validationShare" : validation
      throw section.conflict(
        of: ["folds"],
        "\(section.naming("folds", folds)), so each fold is the validation samples in turn, but "
          + "\(section.path(of: key)) is "
          + (split.validationShare > 0 ? split.validationShare.recipeText : file ?? "none"),
        advice: "leave \(key) out, or folds")
    }
  }
}
