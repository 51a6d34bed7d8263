import Datasets
import Diagnostics

/// Arrays from NumPy's `.npz` files: `x` (samples first), `y` (labels or numbers, as the loss needs) and, if sequences
/// differ in length, `lengths`. Without padding, `x` has the steps of all samples, and there are `lengths` or `offsets`.
public struct NumPyEntry: FileEntry, GroupableEntry {
  /// The file of the training samples, relative to the working directory.
  public var train: String
  /// The file of the validation samples; nil for none.
  public var validation: String?
  /// The file of the test samples; nil for none.
  public var test: String?
  /// Where shorter sequences are padded.
  public var padding = SequencePadding.behind
  /// Random changes of the training samples, if they are sequences.
  public var transforms: [any SequenceTransformEntry] = []
  /// Whether each epoch shuffles the samples.
  public var shuffle = true
  /// How many training samples are set aside for validation and testing.
  public var split = SplitShares()
  /// The array of each sample's group; nil if samples are independent.
  public var splitBy: String?

  /// Samples from these files.
  public init(train: String, test: String? = nil) {
    self.train = train
    self.test = test
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(train: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "numpy", "arrays from .npz files with the keys x, y and optionally lengths or offsets",
    example: "train: train.npz, test: test.npz",
    keys: fileKeys("an .npz file with x, y and optionally lengths or offsets") + [
      RecipeKey(
        "padding", \.padding, .choice,
        "where samples with fewer steps than x are padded: behind or in front; x may also have all steps one after the "
          + "other, without padding"),
      .transforms(\.transforms),
      .shuffle(\.shuffle),
    ] + splitKeys + [
      groupKey("the array with a number for each sample that says its group, the same number in all files")
    ])

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let extras = SampleExtras(weight: recipe.sampling == .weights ? "weights" : nil, group: splitBy)
    let training = try samples(train, recipe, extras: extras)
    let parts = DataSplits(
      training,
      split: try SeedSplit(
        count: training.count, classes: training.classes, groups: training.groups, shares: split))
    let others = try [validation, test].map { path in
      try path.map { path in
        let samples = try samples(
          path, recipe, targetsAreOfSteps: training.targetLayout.areOfSteps,
          extras: SampleExtras(group: splitBy, needsGroup: false))
        try samples.check(at: path, against: training, at: train)
        return samples
      }
    }
    return try DataSplits(
      training: parts.training, validation: others[0] ?? parts.validation, test: others[1] ?? parts.test,
      notices: ([training] + others.compactMap(\.self)).flatMap(\.notices), shapeNotice: training.shapeNotice,
      groups: joined(parts.groups, others.map { $0?.groups }, in: "array")
    )
    .augmented(by: transforms, for: recipe)
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader {
    NumPyReader(shape: facts.inputShape, padding: padding)
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { "\(train): y" }

  /// Reads the samples of another file or folder.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let samples = try samples(
      path, recipe, classNames: facts.classNames.isEmpty ? nil : facts.classNames,
      targetsAreOfSteps: facts.targetsAreOfSteps)
    return (samples, samples.notices)
  }

  private func samples(
    _ path: String, _ recipe: Recipe, classNames: [String]? = nil, targetsAreOfSteps: Bool? = nil,
    extras: SampleExtras = SampleExtras()
  ) throws -> NumPyDataset {
    try NumPyDataset(
      contentsOf: path, targets: recipe.loss.targetKind, ignoring: recipe.loss.ignoreIndex, padding: padding,
      classNames: classNames, targetsAreOfSteps: targetsAreOfSteps, extras: extras)
  }
}

extension SequencePadding: Choice {}
