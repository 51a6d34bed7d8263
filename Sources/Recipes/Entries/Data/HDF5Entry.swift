import Datasets
import Diagnostics
import Formats

/// Data sets of HDF5 files: those of the inputs, the targets and, if sequences differ in length, their lengths.
public struct HDF5Entry: ArraysEntry {
  /// The files of the training samples, relative to the working directory, or patterns of files.
  public var train: [String]
  /// The files of the validation samples, or patterns of files; nil for none.
  public var validation: [String]?
  /// The files of the test samples, or patterns of files; nil for none.
  public var test: [String]?
  /// The data set of the inputs.
  public var x = "x"
  /// The data set of the targets.
  public var y = "y"
  /// The data set of the samples' numbers of steps, if there is one.
  public var lengths = "lengths"
  /// The data set of the samples' first steps, if there is one.
  public var offsets = "offsets"
  /// The classes' names in the order of their indices; nil for "0", "1", … up to the largest.
  public var classNames: [String]?
  /// Where shorter sequences are padded.
  public var padding = SequencePadding.behind
  /// What is subtracted from inputs: one number for each channel or feature, or one for all.
  public var mean = [0.0]
  /// What divides inputs after that, likewise.
  public var std = [1.0]
  var measuresScale = false
  /// Random changes of the training samples, if they are sequences.
  public var transforms: [any SequenceTransformEntry] = []
  /// Whether each epoch shuffles the samples.
  public var shuffle = true
  /// How many training samples are set aside for validation and testing.
  public var split = SplitShares()
  /// The data set of each sample's group; nil if samples are independent.
  public var splitBy: String?

  /// Samples from these files.
  public init(train: [String], test: [String]? = nil) {
    self.train = train
    self.test = test
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(train: []) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "hdf5", "data sets of HDF5 files, of which each rank reads its own samples",
    example: "train: train.h5, x: images, y: labels, testShare: 0.1",
    keys: [
      RecipeKey(
        "train", \.train, .oneOrList(.text), required: true,
        "the training samples, an HDF5 file, or several that follow one another: a list, or a pattern such as \"part-*.h5\" or "
          + "\"{a,b}.h5\""),
      RecipeKey(
        "validation", \.validation, .optional(.oneOrList(.text)),
        "the validation samples, files of the same kind, or none"),
      RecipeKey("test", \.test, .optional(.oneOrList(.text)), "the test samples, files of the same kind, or none"),
      RecipeKey("x", \.x, .text, "the data set of the inputs, with its groups, such as train/images"),
      RecipeKey("y", \.y, .text, "the data set of the targets"),
      classNamesKey,
      RecipeKey(
        "lengths", \.lengths, .text, "the data set of the samples' numbers of steps; not needed if all have the same"),
      RecipeKey(
        "offsets", \.offsets, .text,
        "in place of lengths, the data set of the samples' first steps in x, which then has all steps one after the other"
      ),
      paddingKey,
    ] + normalizationKeys + [.transforms(\.transforms), .shuffle(\.shuffle)] + splitKeys + [
      groupKey("the data set with a number for each sample that says its group, the same number in all files")
    ])

  /// Checks the shares, and that each class has a name of its own.
  public func check(_ section: RecipeSection) throws { try checkArrays(section) }

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits { try arraySplits(for: recipe) }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader {
    normalizing(NumPyReader(shape: facts.inputShape, padding: padding, renamed: renamed), facts: facts)
  }

  /// The mean and the deviation, if they change anything.
  public func inputNormalization() -> (mean: [Double], deviation: [Double])? { arrayNormalization }

  /// The same source with numbers as they are in the files.
  public var withoutNormalization: Self { withoutArrayNormalization }

  /// The keys `mean` and `std`.
  public func normalization(means: [Double], deviations: [Double]) -> String? {
    arrayNormalization(means: means, deviations: deviations)
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { "\(FilePattern.text(of: train)): \(y)" }

  /// The files, also those that patterns name.
  public var files: [(path: String, split: Split?)] {
    [(train, nil), (validation, Split.validation), (test, .test)].flatMap { paths, split in
      (paths ?? []).flatMap { (try? HDF5Entry.files([$0])) ?? [$0] }.map { (path: $0, split: split) }
    }
  }

  /// The files of one part of the data, as one pattern.
  public func path(of split: Split) -> String? { paths(of: split).map(FilePattern.text) }

  /// Reads the samples of another file.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) { try arraySamples(at: path, for: recipe, facts: facts) }

  var trainingPaths: [String] { train }

  func paths(of split: Split) -> [String]? { split == .validation ? validation : split == .test ? test : nil }

  func open(_ paths: [String]) throws -> any ArrayCollection {
    let path = FilePattern.text(of: paths)
    let files = try HDF5Files(HDF5Entry.files(paths), path: path, renamed: renamed)
    for (name, title) in [("lengths", lengths), ("offsets", offsets)]
    where title != name && !files.names.contains(name) {
      throw Failure(
        .data, "\(path): there is no data set \"\(title)\", which data.\(name) names",
        advice: "it holds \(listed(files.titles))")
    }
    return files
  }

  func notice(of arrays: any ArrayCollection, _ samples: NumPyDataset, areShuffled: Bool) throws -> String? {
    guard areShuffled, let files = arrays as? HDF5Files else { return nil }
    return try files.chunkNotice(of: samples)
  }

  private var renamed: [String: String] { ["x": x, "y": y, "lengths": lengths, "offsets": offsets] }

  /// The files that paths name: themselves, or those that patterns stand for.
  /// - Throws: `Failure` (noInput) naming those that are missing.
  private static func files(_ paths: [String]) throws -> [String] {
    try paths.flatMap { path in
      // A file that is missing is the reader's to name.
      path.contains { "*?{".contains($0) } ? try FilePattern([path]).paths : [path]
    }
  }
}
