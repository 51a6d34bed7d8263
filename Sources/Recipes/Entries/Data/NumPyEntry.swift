import Datasets
import Diagnostics

/// Arrays from NumPy's `.npz` files: `x` (samples first), `y` (labels or numbers, as the loss needs) and, where sequences
/// differ in length, `lengths`.
public struct NumPyEntry: SplittableEntry {
  /// The file of the training samples, relative to the working folder.
  public var train: String
  /// The file of the validation samples; nil for none.
  public var validation: String?
  /// The file of the test samples; nil for none.
  public var test: String?
  /// Where sequences that are shorter than others are padded.
  public var padding = SequencePadding.behind
  /// Whether every epoch takes the samples in an order of its own.
  public var shuffle = true
  /// How many training samples are kept for validation and testing.
  public var split = SplitShares()

  /// Samples from these files.
  public init(train: String, test: String? = nil) {
    self.train = train
    self.test = test
  }

  /// Every default; what is required has a placeholder.
  public init() { self.init(train: "") }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "numpy", "arrays from .npz files with the keys x, y and optionally lengths",
    example: "train: train.npz, test: test.npz",
    keys: [
      RecipeKey(
        "train", \.train, .text, required: true, "the training samples, an .npz file with x, y and optionally lengths"),
      RecipeKey(
        "validation", \.validation, .optional(.text),
        "samples to measure on while training, a file of the same kind, or none"),
      RecipeKey("test", \.test, .optional(.text), "the test samples, a file of the same kind, or none"),
      RecipeKey(
        "padding", \.padding, .choice,
        "where samples with fewer steps than x are padded: behind their steps or in front of them"),
      RecipeKey("shuffle", \.shuffle, .flag, "whether every epoch has an order of its own"),
    ] + splitKeys)

  /// The training samples, and those to measure on.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let training = try samples(train, recipe)
    let parts = DataSplits(
      training, split: try SeedSplit(count: training.count, classes: training.classes, shares: split))
    let others = try [validation, test].map { path in
      try path.map { try check(samples($0, recipe), path: $0, against: training) }
    }
    return DataSplits(
      training: parts.training, validation: others[0] ?? parts.validation, test: others[1] ?? parts.test,
      notices: ([training] + others.compactMap(\.self)).flatMap(\.notices), shapeNotice: training.shapeNotice)
  }

  /// The reader of such inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader {
    NumPyReader(shape: facts.inputShape, padding: padding)
  }

  /// The source of the classes.
  public var classSource: String? { "\(train): y" }

  /// The part's own file or folder.
  public func path(of split: Split) -> String? { split == .validation ? validation : split == .test ? test : nil }

  /// The samples of one more file or folder.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let data = try samples(path, recipe, classNames: facts.classNames.isEmpty ? nil : facts.classNames)
    return (data, data.notices)
  }

  private func samples(
    _ path: String, _ recipe: Recipe, classNames: [String]? = nil
  ) throws -> NumPyDataset {
    try NumPyDataset(
      contentsOf: path, targets: recipe.loss.targetKind, ignoring: recipe.loss.ignoreIndex, padding: padding,
      classNames: classNames)
  }

  private func check(_ samples: NumPyDataset, path: String, against training: NumPyDataset) throws -> NumPyDataset {
    guard samples.inputShape.isAlike(training.inputShape) else {
      throw Failure(
        .data, "\(path): samples have the shape \(samples.inputShape), those of \(train) \(training.inputShape)",
        advice: "all samples must have one shape; only the steps of sequences may differ")
    }
    guard samples.targetLayout.isAlike(training.targetLayout) else {
      throw Failure(
        .data, "\(path): y has \(samples.targetLayout.text), that of \(train) \(training.targetLayout.text)",
        advice: "all samples must have targets of one kind")
    }
    return samples
  }
}

extension SequencePadding: Choice {}
