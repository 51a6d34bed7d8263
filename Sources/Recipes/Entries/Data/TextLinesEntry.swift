import Datasets
import Diagnostics
import Foundation

/// Lines of text in a folder with one file for each class.
public struct TextLinesEntry: SplittableEntry {
  /// The folder with a file CLASS.txt for each class, relative to the working directory.
  public var folder: String
  /// How letters become numbers.
  public var encoding = LetterEncoding.oneHot
  /// Whether a line that a file repeats is several samples.
  public var keepDuplicates = false
  /// Whether each epoch shuffles the lines.
  public var shuffle = true
  /// How many lines are set aside for validation and testing.
  public var split = SplitShares(testShare: 0.1)
  /// Where to get the data, for the message if it is missing.
  public var origin: String?

  /// The lines of a folder.
  public init(folder: String) { self.folder = folder }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(folder: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "text-lines", "lines of text, letter by letter, from a folder with a file CLASS.txt for each class",
    example: "folder: data/names, validationShare: 0.1, testShare: 0.1",
    keys: [
      RecipeKey(
        "folder", \.folder, .text, required: true, "the folder with a file CLASS.txt for each class, one sample a line"),
      RecipeKey(
        "encoding", \.encoding, .choice,
        "oneHot: a feature for each letter; index: its place in the alphabet from 1, for an embedding"),
      RecipeKey(
        "keepDuplicates", \.keepDuplicates, .flag,
        "whether a line that a file repeats is several samples; some may then be both trained on and tested on"),
      .shuffle(\.shuffle),
    ] + splitKeys + [.origin(\.origin)])

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    guard FileManager.default.fileExists(atPath: folder) else {
      throw missingData("\(folder): there is no such folder", path: folder, key: "data.folder", origin: origin)
    }
    let corpus = try TextCorpus(folder: folder, keepsDuplicates: keepDuplicates)
    let parts = try SeedSplit(count: corpus.lines.count, classes: corpus.classes, shares: split)
    // The code is made from the training lines alone; letters that they lack are unknown later too.
    let code = LetterCode(of: parts.training.lazy.map { corpus.lines[$0] }, encoding: encoding)
    return DataSplits(TextLines(corpus, code: code), split: parts, notices: notices(corpus, folder))
  }

  /// Reads the samples of another file or folder.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let corpus = try TextCorpus(folder: path, keepsDuplicates: keepDuplicates, classNames: facts.classNames)
    let code = LetterCode(alphabet: Array((facts.alphabet ?? "").unicodeScalars), encoding: encoding)
    return (TextLines(corpus, code: code), notices(corpus, path))
  }

  private func notices(_ corpus: TextCorpus, _ folder: String) -> [String] {
    let (repeated, kept) = (corpus.repeated, corpus.lines.count)
    // Report repetitions only if they are many.
    let repetition =
      repeated > kept
      ? [
        "\(folder): \(repeated) of \(repeated + kept) lines repeat one of the same file and are left out; "
          + "data.keepDuplicates: true keeps them"
      ] : []
    return corpus.passedOver.notices(
      root: folder, reason: "a class is a file CLASS.txt, except README.txt and LICENSE.txt") + repetition
  }

  /// The texts in the folder.
  public var files: [(path: String, split: Split?)] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.lowercased().hasSuffix(".txt") }
      .sorted()
      .map { (path: "\(folder)/\($0)", split: nil) }
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try TextLinesReader(facts: facts, encoding: encoding)
  }
}

extension LetterEncoding: Choice {}
