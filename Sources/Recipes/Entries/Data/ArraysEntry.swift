import Datasets
import Diagnostics
import Formats

/// A data source of named arrays: `x`, `y` and, if sequences differ in length, `lengths` or `offsets`.
protocol ArraysEntry: FileEntry, GroupableEntry {
  /// Where shorter sequences are padded.
  var padding: SequencePadding { get set }
  /// Random changes of the training samples, if they are sequences.
  var transforms: [any SequenceTransformEntry] { get set }
  /// Whether each epoch shuffles the samples.
  var shuffle: Bool { get set }
  /// Opens the arrays at a path.
  func open(_ path: String) throws -> any ArrayCollection
  /// A notice about how the file is written; nil for none. `areShuffled` says whether samples come in random order.
  func notice(of arrays: any ArrayCollection, _ samples: NumPyDataset, areShuffled: Bool) throws -> String?
}

extension ArraysEntry {
  /// The key that says where samples are padded.
  static var paddingKey: RecipeKey<Self> {
    RecipeKey(
      "padding", \Self.padding, .choice,
      "where samples with fewer steps than x are padded: behind or in front; x may also have all steps one after the "
        + "other, without padding")
  }

  /// None.
  func notice(of arrays: any ArrayCollection, _ samples: NumPyDataset, areShuffled: Bool) throws -> String? { nil }

  /// The samples of all parts.
  func arraySplits(for recipe: Recipe) throws -> DataSplits {
    let extras = SampleExtras(weight: recipe.sampling == .weights ? "weights" : nil, group: splitBy)
    let (training, notice) = try samples(train, recipe, areShuffled: shuffle, extras: extras)
    let parts = DataSplits(
      training,
      split: try SeedSplit(
        count: training.count, classes: training.classes, groups: training.groups, shares: split))
    let others = try [validation, test].map { path in
      try path.map { path in
        let (samples, _) = try samples(
          path, recipe, targetsAreOfSteps: training.targetLayout.areOfSteps,
          extras: SampleExtras(group: splitBy, needsGroup: false))
        try samples.check(at: path, against: training, at: train)
        return samples
      }
    }
    return try DataSplits(
      training: parts.training, validation: others[0] ?? parts.validation, test: others[1] ?? parts.test,
      notices: ([training] + others.compactMap(\.self)).flatMap(\.notices) + [notice].compactMap(\.self),
      shapeNotice: training.shapeNotice, groups: joined(parts.groups, others.map { $0?.groups }, in: "array")
    )
    .augmented(by: transforms, for: recipe)
  }

  /// The samples at another path, and notices about them.
  func arraySamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let (samples, _) = try samples(
      path, recipe, classNames: facts.classNames.isEmpty ? nil : facts.classNames,
      targetsAreOfSteps: facts.targetsAreOfSteps)
    return (samples, samples.notices)
  }

  private func samples(
    _ path: String, _ recipe: Recipe, areShuffled: Bool = false, classNames: [String]? = nil,
    targetsAreOfSteps: Bool? = nil, extras: SampleExtras = SampleExtras()
  ) throws -> (NumPyDataset, notice: String?) {
    let arrays = try open(path)
    let samples = try NumPyDataset(
      arrays, targets: recipe.loss.targetKind, ignoring: recipe.loss.ignoreIndex, padding: padding,
      classNames: classNames, targetsAreOfSteps: targetsAreOfSteps, extras: extras)
    return (samples, try notice(of: arrays, samples, areShuffled: areShuffled))
  }
}

extension SequencePadding: Choice {}
