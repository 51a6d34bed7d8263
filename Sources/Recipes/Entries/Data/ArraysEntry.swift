import Datasets
import Diagnostics
import Formats

/// A data source of named arrays: `x`, `y` and, if sequences differ in length, `lengths` or `offsets`.
protocol ArraysEntry: GroupableEntry {
  /// The paths of the training samples.
  var trainingPaths: [String] { get }
  /// The paths of the samples of another part; nil for none.
  func paths(of split: Split) -> [String]?
  /// The classes' names in the order of their indices; nil for "0", "1", … up to the largest.
  var classNames: [String]? { get set }
  /// Where shorter sequences are padded.
  var padding: SequencePadding { get set }
  /// What is subtracted from inputs: one number for each channel or feature, or one for all.
  var mean: [Double] { get set }
  /// What divides inputs after that, likewise.
  var std: [Double] { get set }
  /// Whether inputs are read as they are to find out their scale.
  var measuresScale: Bool { get set }
  /// Random changes of the training samples, if they are sequences.
  var transforms: [any SequenceTransformEntry] { get set }
  /// Whether each epoch shuffles the samples.
  var shuffle: Bool { get set }
  /// Opens the arrays at paths, whose samples follow one another.
  func open(_ paths: [String]) throws -> any ArrayCollection
  /// A notice about how the file is written; nil for none. `areShuffled` says whether samples come in random order.
  func notice(of arrays: any ArrayCollection, _ samples: NumPyDataset, areShuffled: Bool) throws -> String?
}

extension ArraysEntry {
  /// The key of the classes' names.
  static var classNamesKey: RecipeKey<Self> {
    RecipeKey(
      "classNames", \Self.classNames, .optional(.list(.text)),
      "the classes' names in the order of their indices, or none for 0, 1, and so on")
  }

  /// Checks the shares, and that each class has a name of its own.
  func checkArrays(_ section: RecipeSection) throws {
    try section.checkClasses(classNames, key: "classNames")
    try checkSplit(section)
  }

  /// The key that says where samples are padded.
  static var paddingKey: RecipeKey<Self> {
    RecipeKey(
      "padding", \Self.padding, .choice,
      "where samples with fewer steps than x are padded: behind or in front; x may also have all steps one after the "
        + "other, without padding")
  }

  /// The keys of the normalization.
  static var normalizationKeys: [RecipeKey<Self>] {
    [
      RecipeKey(
        "mean", \Self.mean, .oneOrList(.number()),
        "subtracted from inputs as they are in the file: one number for each channel or feature, the last axis of x, or one "
          + "for all"),
      RecipeKey("std", \Self.std, .oneOrList(.number(.above(0))), "the divisor of inputs after that, likewise"),
    ]
  }

  /// The mean and the deviation, if they change anything.
  var arrayNormalization: (mean: [Double], deviation: [Double])? {
    mean.allSatisfy { $0 == 0 } && std.allSatisfy { $0 == 1 } ? nil : (mean, std)
  }

  /// The same source with numbers as they are in the files.
  var withoutArrayNormalization: Self {
    var entry = self
    (entry.mean, entry.std, entry.measuresScale) = ([0], [1], true)
    return entry
  }

  /// The keys `mean` and `std` for channels with these means and deviations.
  func arrayNormalization(means: [Double], deviations: [Double]) -> String? {
    InputScales(means: means, deviations: deviations)?.text
  }

  /// Makes the reader normalize inputs as those of the training.
  func normalizing(_ reader: NumPyReader, facts: DataFacts) -> NumPyReader {
    var reader = reader
    reader.normalization = normalization(of: facts.inputShape.last)
    return reader
  }

  /// How inputs with `channels` channels are normalized; nil if they are not, or if the recipe has another number of values.
  private func normalization(of channels: Int?) -> InputNormalization? {
    guard let channels, [mean, std].allSatisfy({ $0.count == 1 || $0.count == channels }) else { return nil }
    return InputNormalization(mean: mean, std: std, channels: channels)
  }

  /// Checks that there is a number for each channel of the training samples, or one for all.
  /// - Throws: `Failure` (configuration) naming the key.
  private func checkNormalization(of training: NumPyDataset) throws {
    let (channels, noun) = (training.inputShape.features, training.inputShape.isImage ? "channel" : "feature")
    for (key, numbers) in [("mean", mean), ("std", std)] where numbers.count != 1 && numbers.count != channels {
      throw Failure(
        .configuration,
        "data.\(key) has \(counted(numbers.count, "entry", "entries")), but the samples of "
          + "\(FilePattern.text(of: trainingPaths)) have \(counted(channels, noun))",
        advice: "write one number for each \(noun), which are the last axis of x, or one for all")
    }
  }

  /// None.
  func notice(of arrays: any ArrayCollection, _ samples: NumPyDataset, areShuffled: Bool) throws -> String? { nil }

  /// The samples of all parts.
  func arraySplits(for recipe: Recipe) throws -> DataSplits {
    if classNames != nil, recipe.loss.targetKind != .classes {
      throw Failure(
        .configuration, "loss \(recipe.loss.kind) compares with numbers, but data.classNames names classes",
        advice: "to learn classes, write loss: cross-entropy; to learn numbers, leave data.classNames out")
    }
    let extras = SampleExtras(weight: recipe.sampling == .weights ? "weights" : nil, group: splitBy)
    let (training, notice) = try samples(trainingPaths, recipe, areShuffled: shuffle, extras: extras)
    try checkNormalization(of: training)
    normalize(training)
    let parts = DataSplits(
      training,
      split: try SeedSplit(
        count: training.count, classes: training.classes, groups: training.groups, shares: split))
    let others = try [Split.validation, .test].map { part in
      try paths(of: part).map { paths in
        let (samples, _) = try samples(
          paths, recipe, targetsAreOfSteps: training.targetLayout.areOfSteps,
          extras: SampleExtras(group: splitBy, needsGroup: false))
        try samples.check(
          at: FilePattern.text(of: paths), against: training, at: FilePattern.text(of: trainingPaths))
        normalize(samples)
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
      [path], recipe, trained: facts.classNames.isEmpty ? nil : facts.classNames,
      targetsAreOfSteps: facts.targetsAreOfSteps)
    normalize(samples)
    return (samples, samples.notices)
  }

  /// Normalizes inputs. Samples with other channels than those of the training stay as they are: they are refused.
  private func normalize(_ samples: NumPyDataset) {
    if let normalization = normalization(of: samples.inputShape.features) { samples.normalize(by: normalization) }
  }

  private func samples(
    _ paths: [String], _ recipe: Recipe, areShuffled: Bool = false, trained: [String]? = nil,
    targetsAreOfSteps: Bool? = nil, extras: SampleExtras = SampleExtras()
  ) throws -> (NumPyDataset, notice: String?) {
    let arrays = try open(paths)
    let samples = try NumPyDataset(
      arrays, targets: recipe.loss.targetKind, ignoring: recipe.loss.ignoreIndex, padding: padding,
      classNames: trained ?? classNames, targetsAreOfSteps: targetsAreOfSteps, extras: extras,
      isNormalized: arrayNormalization != nil || measuresScale)
    return (samples, try notice(of: arrays, samples, areShuffled: areShuffled))
  }
}

extension SequencePadding: Choice {}
