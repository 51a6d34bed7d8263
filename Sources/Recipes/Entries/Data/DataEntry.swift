import Datasets
import Diagnostics

/// A data source in recipes.
public protocol DataEntry: RecipeEntry {
  /// Whether each epoch shuffles the samples.
  var shuffle: Bool { get }

  /// How many tar files each epoch mixes at a time; nil for all samples.
  var shuffleWindow: Int? { get }

  /// Where the training samples' classes come from, for messages, such as a file and a column; nil if from no file.
  var classSource: String? { get }

  /// The files that hold the data, and folders of them, each with the part that it holds alone, validation or test; nil if the
  /// training reads it. Empty if there are none. `DataSplits.images` has very many.
  var files: [(path: String, split: Split?)] { get }

  /// Reads or generates all parts of the data; `recipe` gives the seed and the kind of targets.
  /// - Throws: `Failure` (noInput, data) naming the file and what is wrong with it.
  func makeSplits(for recipe: Recipe) throws -> DataSplits

  /// Makes the reader of new inputs for a model that was trained on samples with these facts.
  /// - Throws: `Failure` (data) if the facts do not fit this source, (unavailable) if there is no such reader.
  func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader

  /// The file or folder that holds one part of the data and nothing else; nil if there is none.
  func path(of split: Split) -> String?

  /// Reads the samples of a file or folder, to measure a model that was trained on samples with these facts; and
  /// notices about them.
  /// - Throws: `Failure` (noInput, data) naming what is wrong with it, (configuration) if the source has no files.
  func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String])

  /// The mean that is subtracted from each channel or feature (0…1 of images that are no arrays) and the deviation that divides
  /// it, or one of each for all; nil if inputs are used as they are.
  /// - Throws: `Failure` (configuration) if the transforms are in an impossible order.
  func inputNormalization() throws -> (mean: [Double], deviation: [Double])?

  /// How the channels of inputs are brought to mean 0 and deviation 1; if by channel, the facts have the numbers.
  var standardize: Standardization { get }

  /// The same source with inputs as they are before any normalization.
  var withoutNormalization: Self { get }

  /// How a recipe says that the channels of inputs, which have these means and deviations before any normalization, get mean 0
  /// and deviation 1; nil if this source has no key for it.
  func normalization(means: [Double], deviations: [Double]) -> String?
}

extension DataEntry {
  /// True.
  public var shuffle: Bool { true }

  /// Nil: all samples are mixed.
  public var shuffleWindow: Int? { nil }

  /// None.
  public var files: [(path: String, split: Split?)] { [] }

  /// Nil: no file.
  public var classSource: String? { nil }

  /// There is no reader.
  /// - Throws: `Failure` (unavailable), always.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    throw Failure(
      .unavailable, "the data source \(Self.name) cannot read new inputs",
      advice: "implement makeReader in its DataEntry")
  }

  /// Nil: no file.
  public func path(of split: Split) -> String? { nil }

  /// There are no files.
  /// - Throws: `Failure` (configuration), always.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    throw Failure(
      .configuration, "data of the source \(Self.name) are in no file or folder, such as \(path)",
      advice: "leave \(path) out; keys such as data.testSize=1000 change what is measured")
  }

  /// Nil: inputs are used as they are.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? { nil }

  /// Not at all.
  public var standardize: Standardization { .none }

  /// The source itself: inputs are not normalized.
  public var withoutNormalization: Self { self }

  /// Nil: there is no key.
  public func normalization(means: [Double], deviations: [Double]) -> String? { nil }

  /// What helps if training waits for samples; nil if nothing can be set.
  package var loadingAdvice: String? {
    guard Self.hasKey("threads") else { return nil }
    return Self.hasKey("cache")
      ? "more data.threads, a larger data.cache or fewer data.transforms help"
      : "more data.threads or fewer data.transforms help"
  }

  /// Advice on how to get validation samples from this source.
  package var validationAdvice: String {
    if Self.hasKey("validationShare") { return "data.validationShare=0.1 keeps a tenth of the training samples" }
    if Self.hasKey("validationSize") { return "data.validationSize=1000 generates some" }
    if Self.hasKey("validationChunks") { return "data.validationChunks=100 generates some" }
    return "let the data source give some"
  }
}

extension EntryKind where Entry == any DataEntry {
  /// The kind of all data sources.
  static var data: EntryKind {
    var kind = EntryKind("data source", { $0.dataSources.map { $0 } }, { $0 })
    (kind.shortForms, kind.shortForm) = (DataPaths.text, DataPaths.source)
    return kind
  }
}

extension ValueType where Value == any DataEntry {
  /// A data source, named by the key `source`.
  static var data: ValueType { entry(.data, by: "source") }
}

extension RecipeKey {
  /// The key that says whether samples are shuffled.
  static func shuffle(_ property: any WritableKeyPath<Settings, Bool> & Sendable) -> RecipeKey {
    RecipeKey("shuffle", property, .flag, "whether each epoch shuffles the samples")
  }

  /// The key that says where to get the data.
  static func origin(_ property: any WritableKeyPath<Settings, String?> & Sendable) -> RecipeKey {
    RecipeKey("origin", property, .optional(.text), "where to get the data, for the message if it is missing")
  }
}

/// The failure if the data is missing at `path`; `key` is the recipe's key for it, and `choice` what else it may be.
func missingData(_ message: String, path: String, key: String, choice: String = "", origin: String?) -> Failure {
  let sources = origin.map { "get the data: \($0); or " } ?? ""
  return Failure(
    .noInput, message,
    advice: "\(sources)set \(key) to where it is\(choice)" + (pathAdvice(path).map { "; \($0)" } ?? ""))
}
