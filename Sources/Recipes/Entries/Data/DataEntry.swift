import Datasets
import Diagnostics

/// A data source in recipes.
public protocol DataEntry: RecipeEntry {
  /// Whether every epoch takes the samples in an order of its own.
  var shuffle: Bool { get }

  /// Where the classes of the training samples come from, for messages: a file, and what of it; nil if no file holds
  /// them.
  var classSource: String? { get }

  /// The samples; the recipe tells the seed and what its loss compares with.
  /// - Throws: `Failure` (noInput, data) naming the file and what is wrong with it.
  func makeSplits(for recipe: Recipe) throws -> DataSplits

  /// What reads new inputs for a model that was trained on samples with these facts.
  /// - Throws: `Failure` (data) if the facts are not of such samples, (unavailable) if there is no such reader.
  func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader

  /// The file or folder that holds one part of the data and nothing else; nil if there is none.
  func path(of split: Split) -> String?

  /// The samples of a file or folder, to measure a model on that was trained on samples with these facts, and what
  /// people should know of them.
  /// - Throws: `Failure` (noInput, data) naming what is wrong with it, (configuration) if the source has no files.
  func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String])

  /// What is taken off each channel of images, 0…1, and what they are divided by then; nil if numbers are taken as they
  /// are.
  /// - Throws: `Failure` (configuration) if transforms do not follow each other.
  func inputNormalization() throws -> (mean: [Double], deviation: [Double])?
}

extension DataEntry {
  /// Shuffles.
  public var shuffle: Bool { true }

  /// No file.
  public var classSource: String? { nil }

  /// No reader.
  /// - Throws: `Failure` (unavailable), always.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    throw Failure(
      .unavailable, "the data source \(Self.name) does not say how new inputs are read",
      advice: "give its DataEntry a makeReader")
  }

  /// No file.
  public func path(of split: Split) -> String? { nil }

  /// No samples.
  /// - Throws: `Failure` (configuration), always.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    throw Failure(
      .configuration, "data of the source \(Self.name) are in no file or folder, such as \(path)",
      advice: "leave \(path) out; keys such as data.testSize=1000 change what is measured")
  }

  /// Numbers as they are.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? { nil }

  /// How to get validation samples.
  var validationAdvice: String {
    if Self.hasKey("validationShare") { return "data.validationShare=0.1 keeps a tenth of the training samples" }
    if Self.hasKey("validationSize") { return "data.validationSize=1000 generates some" }
    if Self.hasKey("validationChunks") { return "data.validationChunks=100 generates some" }
    return "let the data source give some"
  }
}

extension EntryKind where Entry == any DataEntry {
  /// Data sources.
  static var data: EntryKind {
    var kind = EntryKind("data source", { $0.dataSources.map { $0 } }, { $0 })
    (kind.shortForms, kind.shortForm) = (DataPaths.text, DataPaths.source)
    return kind
  }
}

extension ValueType where Value == any DataEntry {
  /// A data source, by its name.
  static var data: ValueType { entry(.data, by: "source") }
}

extension RecipeKey {
  /// The key of a source whose data the user has to get.
  static func origin(_ property: any WritableKeyPath<Settings, String?> & Sendable) -> RecipeKey {
    RecipeKey("origin", property, .optional(.text), "where the data can be had, for the message when it is missing")
  }
}

/// The failure of data that is not where the recipe says, at `path`; `key` is what names it.
func missingData(_ message: String, path: String, key: String, origin: String?) -> Failure {
  let sources = origin.map { "get the data: \($0); or " } ?? ""
  return Failure(
    .noInput, message,
    advice: "\(sources)set \(key) to where it is" + (pathAdvice(path).map { "; \($0)" } ?? ""))
}
