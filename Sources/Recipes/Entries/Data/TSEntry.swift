import Datasets
import Diagnostics

/// Time series in `.ts` files, the format of the UCR and UEA archives.
public struct TSEntry: FileEntry {
  /// The file of the training samples, relative to the working directory.
  public var train: String
  /// The file of the validation samples; nil for none.
  public var validation: String?
  /// The file of the test samples; nil for none.
  public var test: String?
  /// What becomes of missing values.
  public var missing = MissingValues.interpolate
  /// How the channels are brought to mean 0 and deviation 1.
  public var standardize = Standardization.none
  /// Random changes of the training samples, if they are sequences.
  public var transforms: [any SequenceTransformEntry] = []
  /// Whether each epoch shuffles the samples.
  public var shuffle = true
  /// Where to get the data; nil to say nothing.
  public var origin: String?
  /// How many training samples are set aside for validation and testing.
  public var split = SplitShares()

  /// Samples from these files.
  public init(train: String, test: String? = nil) {
    self.train = train
    self.test = test
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(train: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "ts", "time series of any length in .ts files, the format of the UCR and UEA archives",
    example: "train: GunPoint_TRAIN.ts, test: GunPoint_TEST.ts, standardize: sample",
    keys: fileKeys("a .ts file") + [
      RecipeKey(
        "missing", \.missing, .choice,
        "what becomes of missing values, ? or NaN: interpolate puts the line between the neighbours in the channel there, "
          + "zero puts 0, error refuses the file"),
      RecipeKey(
        "standardize", \.standardize, .choice,
        "what gets mean 0 and deviation 1: none; sample: each channel of each sample; channel: each channel, by the "
          + "training samples' mean and deviation"),
      .transforms(\.transforms),
      .shuffle(\.shuffle),
    ] + splitKeys + [.origin(\.origin)])

  /// Reads the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let samples = try named("data.train", train, origin: origin) { try self.samples(train, recipe) }
    let parts = try SeedSplit(count: samples.count, classes: samples.classes, shares: split)
    let scales = standardize == .channel ? samples.scales(of: parts.training) : nil
    let training = try samples.dataset(standardize, by: scales)
    let others = try [("data.validation", validation), ("data.test", test)].map { key, path in
      try path.map { path in
        let others = try named(key, path, choice: ", or to none") {
          try self.samples(path, recipe, classNames: training.classNames)
        }.dataset(standardize, by: scales)
        try others.check(at: path, against: training, at: train)
        return others
      }
    }
    let splits = DataSplits(training, split: parts)
    return try DataSplits(
      training: splits.training, validation: others[0] ?? splits.validation, test: others[1] ?? splits.test,
      notices: ([training] + others.compactMap(\.self)).flatMap(\.notices)
    )
    .augmented(by: transforms, for: recipe)
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try TSInputReader(facts: facts, missing: missing, standardization: standardize)
  }

  /// The same files with values as they are.
  public var withoutNormalization: TSEntry {
    var entry = self
    entry.standardize = .none
    return entry
  }

  /// The key `standardize`, which computes the numbers itself.
  public func normalization(means: [Double], deviations: [Double]) -> String? { "standardize: channel" }

  /// Where the classes come from, for messages.
  public var classSource: String? { "\(train): @classLabel" }

  /// Reads the samples of another file.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let data = try samples(path, recipe, classNames: facts.classNames)
      .dataset(standardize, by: standardize == .channel ? ChannelScales(facts) : nil)
    return (data, data.notices)
  }

  /// The samples that `read` reads from a path; if there is no such file, the message names the key.
  private func named(
    _ key: String, _ path: String, choice: String = "", origin: String? = nil, read: () throws -> TSSequences
  ) throws -> TSSequences {
    do {
      return try read()
    } catch let failure as Failure where failure.exitCode == .noInput {
      throw missingData(failure.message, path: path, key: key, choice: choice, origin: origin)
    }
  }

  private func samples(_ path: String, _ recipe: Recipe, classNames: [String]? = nil) throws -> TSSequences {
    try TSSequences(contentsOf: path, targets: recipe.loss.targetKind, missing: missing, classNames: classNames)
  }
}

extension MissingValues: Choice {}
extension Standardization: Choice {}
