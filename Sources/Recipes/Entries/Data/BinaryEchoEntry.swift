import Datasets
import Tensors

/// The binary echo task: series of bits, cut into chunks, to be repeated some steps later.
public struct BinaryEchoEntry: DataEntry {
  /// Steps from a bit to its echo.
  public var delay = 3
  /// Steps of a chunk, which is one sample.
  public var chunk = 10
  /// Batches of an epoch: chunks of each row's series.
  public var chunks = 100
  /// The same of the validation samples; 0 for none.
  public var validationChunks = 0
  /// The same of the test samples.
  public var testChunks = 100

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "echo-binary", "generated series of bits, a chunk a batch: repeat each bit some steps later",
    example: "delay: 3, chunk: 10",
    keys: [
      RecipeKey("delay", \.delay, .number(.from(0, through: 10000)), "steps from a bit to its echo"),
      RecipeKey(
        "chunk", \.chunk, .number(.from(2, through: 1_000_000)),
        "steps of a chunk; row by row, a batch's chunks continue those of the batch before"),
      RecipeKey(
        "chunks", \.chunks, .number(.from(1, through: 1_000_000)), "chunks of each series, which is batches an epoch"),
      RecipeKey(
        "validationChunks", \.validationChunks, .number(.from(0, through: 1_000_000)),
        "chunks of each series to measure on while training; 0 is none"),
      RecipeKey("testChunks", \.testChunks, .number(.from(1, through: 1_000_000)), "chunks of each test series"),
    ])

  /// Checks that series are longer than the delay.
  public func check(_ section: RecipeSection) throws {
    let counts = [("chunks", chunks), ("validationChunks", validationChunks), ("testChunks", testChunks)]
    for (key, count) in counts where count * chunk <= delay && (count > 0 || key != "validationChunks") {
      throw section.conflict(
        of: [key, "delay"],
        "\(section.naming(key, count)), which leaves no bit of a series to echo \(delay) steps later",
        advice: "\(section.path(of: key)) times \(section.path(of: "chunk")) must be above \(delay)")
    }
  }

  /// The chunks' order is the series'.
  public var shuffle: Bool { false }

  /// The training samples, and those to measure on.
  public func makeSplits(for recipe: Recipe) -> DataSplits {
    DataSplits(
      training: samples(chunks, .trainingData, recipe),
      validation: validationChunks > 0 ? samples(validationChunks, .validationData, recipe) : nil,
      test: samples(testChunks, .testData, recipe))
  }

  /// The reader of such inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader { BinaryEchoReader(delay: delay) }

  private func samples(_ chunks: Int, _ purpose: RandomPurpose, _ recipe: Recipe) -> BinaryEcho {
    BinaryEcho(
      delay: delay, chunk: chunk, chunks: chunks, rows: recipe.batch, seed: recipe.seed, purpose: purpose,
      uncounted: recipe.loss.uncountedTarget)
  }
}
