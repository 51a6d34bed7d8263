import Datasets
import Diagnostics
import Formats

/// Arrays from NumPy's `.npz` files, or from folders of `.npy` files: `x` (samples first), `y` (labels or numbers, as the loss
/// needs) and, if sequences differ in length, `lengths`. Without padding, `x` has the steps of all samples, and there are
/// `lengths` or `offsets`.
public struct NumPyEntry: ArraysEntry, FileEntry {
  /// The file or folder of the training samples, relative to the working directory.
  public var train: String
  /// The file or folder of the validation samples; nil for none.
  public var validation: String?
  /// The file or folder of the test samples; nil for none.
  public var test: String?
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
    "numpy", "arrays from .npz files, or folders of .npy files, with the names x, y and optionally lengths or offsets",
    example: "train: train.npz, test: test.npz",
    keys: fileKeys("an .npz file with x, y and optionally lengths or offsets, or a folder with x.npy, y.npy and so on")
      + [classNamesKey, paddingKey] + normalizationKeys + [.transforms(\.transforms), .shuffle(\.shuffle)] + splitKeys
      + [
        groupKey("the array with a number for each sample that says its group, the same number in all files")
      ])

  /// Checks the shares, and that each class has a name of its own.
  public func check(_ section: RecipeSection) throws { try checkArrays(section) }

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits { try arraySplits(for: recipe) }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader {
    normalizing(NumPyReader(shape: facts.inputShape, padding: padding), facts: facts)
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
  public var classSource: String? { "\(train): y" }

  /// The files, and those in folders.
  public var files: [(path: String, split: Split?)] {
    parts.flatMap { part in
      ((try? NPYFolder(folder: part.path))?.paths ?? [part.path]).map { (path: $0, split: part.split) }
    }
  }

  /// Reads the samples of another file or folder.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) { try arraySamples(at: path, for: recipe, facts: facts) }

  var trainingPaths: [String] { [train] }

  func paths(of split: Split) -> [String]? { path(of: split).map { [$0] } }

  func open(_ paths: [String]) throws -> any ArrayCollection { try NumPyDataset.arrays(at: paths[0]) }
}
