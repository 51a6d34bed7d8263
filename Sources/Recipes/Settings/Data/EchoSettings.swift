import Datasets
import Tensors

/// The echo task: strings of letters to be repeated some steps later.
public struct EchoSettings: Equatable, Sendable {
  /// Steps from a letter to its echo; where there are several, each sequence has its own, which its inputs tell.
  public var delay = 4...4
  /// Steps of a training sequence.
  public var length = 15...15
  /// Steps of a test sequence.
  public var testLengths = 15...25
  /// Training samples an epoch, fresh in each.
  public var epochSize = 1024
  /// Validation samples, made as the test's and the same in every evaluation; 0 for none.
  public var validationSize = 0
  /// Test samples, the same in every evaluation.
  public var testSize = 500

  /// Every default.
  public init() {}
}

extension EchoSettings: DataSourceSettings {
  static let name = "echo"
  static let doc = "generated strings: repeat each letter some steps later"

  static let fields: [Field<EchoSettings>] = [
    Field(
      "delay", \.delay, .range(from: 0, through: 10000),
      "steps from a letter to its echo, such as 4; with 0-8 each string has its own, joined to its inputs"),
    Field("length", \.length, .range(from: 2, through: 1_000_000), "letters of a training string, such as 15 or 10-20"),
    Field("testLengths", \.testLengths, .range(from: 2, through: 1_000_000), "letters of a test string"),
    Field("epochSize", \.epochSize, .number(.from(1, through: 100_000_000)), "training samples an epoch"),
    Field(
      "validationSize", \.validationSize, .number(.from(0, through: 100_000_000)),
      "samples to measure on while training, as long as the test's but others; 0 is none"),
    Field(
      "testSize", \.testSize, .number(.from(1, through: 100_000_000)),
      "test samples; steps before the delay do not count"),
  ]

  func check(_ section: Section) throws {
    for (key, lengths) in [("length", length), ("testLengths", testLengths)] {
      guard lengths.lowerBound <= delay.upperBound else { continue }
      throw section.conflict(
        of: [key, "delay"],
        "\(section.path(of: key)) begins at \(lengths.lowerBound), but a delay of \(delay.upperBound) steps leaves no "
          + "letter of so short a string to echo",
        advice: "make strings longer than \(delay.upperBound) letters, or delay smaller")
    }
  }

  /// Samples are new in each epoch anyway.
  var shuffle: Bool { false }

  func makeSplits(for recipe: Recipe) -> DataSplits {
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

  func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader { EchoReader(encoding: encoding) }

  private var encoding: EchoEncoding { EchoEncoding(delays: delay) }
}
