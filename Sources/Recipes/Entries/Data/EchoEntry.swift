import Datasets
import Tensors

/// The echo task: repeat each letter of a string some steps later.
public struct EchoEntry: DataEntry {
  /// Steps from a letter to its echo; with several, each string has its own, which is part of its inputs.
  public var delay = 4...4
  /// Letters of a training string.
  public var length = 15...15
  /// Letters of a test string.
  public var testLengths = 15...25
  /// The number of training samples per epoch; each epoch has new ones.
  public var epochSize = 1024
  /// The number of validation samples, made as the test samples and the same in every evaluation; 0 for none.
  public var validationSize = 0
  /// The number of test samples, the same in every evaluation.
  public var testSize = 500

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "echo", "generated strings: repeat each letter some steps later",
    example: "delay: 0-8, length: 20, testLengths: 15-25",
    keys: [
      RecipeKey(
        "delay", \.delay, .range(from: 0, through: 10000),
        "steps from a letter to its echo, such as 4; with 0-8 each string's inputs give its own delay"
      ),
      RecipeKey(
        "length", \.length, .range(from: 2, through: 1_000_000), "letters of a training string, such as 15 or 10-20"),
      RecipeKey("testLengths", \.testLengths, .range(from: 2, through: 1_000_000), "letters of a test string"),
      RecipeKey("epochSize", \.epochSize, .number(.from(1, through: 100_000_000)), "training samples per epoch"),
      RecipeKey(
        "validationSize", \.validationSize, .number(.from(0, through: 100_000_000)),
        "validation samples, as long as the test samples; 0 is none"),
      RecipeKey(
        "testSize", \.testSize, .number(.from(1, through: 100_000_000)),
        "test samples; steps before the delay are not counted"),
    ])

  /// Checks that strings are longer than the delay.
  public func check(_ section: RecipeSection) throws {
    for (key, lengths) in [("length", length), ("testLengths", testLengths)] {
      guard lengths.lowerBound <= delay.upperBound else { continue }
      throw section.conflict(
        of: [key, "delay"],
        "\(section.path(of: key)) begins at \(lengths.lowerBound), but a delay of \(delay.upperBound) steps leaves no "
          + "letter of so short a string to echo",
        advice: "make strings longer than \(delay.upperBound) letters, or delay smaller")
    }
  }

  /// False: each epoch has new samples anyway.
  public var shuffle: Bool { false }

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) -> DataSplits {
    let uncounted = recipe.loss.uncountedTarget
    func measured(_ count: Int, _ part: Echo.Part) -> Echo {
      Echo(encoding: encoding, lengths: testLengths, count: count, seed: recipe.seed, part: part)
    }
    return DataSplits(
      training: Echo(
        encoding: encoding, lengths: length, count: epochSize, seed: recipe.seed, part: .training),
      validation: validationSize > 0 ? measured(validationSize, .validation(uncounted: uncounted)) : nil,
      test: measured(testSize, .test(uncounted: uncounted)))
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader { EchoReader(encoding: encoding) }

  private var encoding: EchoEncoding { EchoEncoding(delays: delay) }
}
