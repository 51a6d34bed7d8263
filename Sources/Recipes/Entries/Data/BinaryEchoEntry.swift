import Datasets
import Tensors

/// The binary echo task: repeat each bit of a series some steps later. Series are cut into chunks.
public struct BinaryEchoEntry: DataEntry {
  /// Steps from a bit to its echo.
  public var delay = 3
  /// Steps per chunk; a chunk is one sample.
  public var chunk = 10
  /// Chunks of each row's series, which is the number of batches per epoch.
  public var chunks = 100
  /// Chunks of each validation series; 0 for none.
  public var validationChunks = 0
  /// Chunks of each test series.
  public var testChunks = 100

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "echo-binary", "generated series of bits, cut into one chunk per batch: repeat each bit some steps later",
    example: "delay: 3, chunk: 10",
    keys: [
      RecipeKey("delay", \.delay, .number(.from(0, through: 10000)), "steps from a bit to its echo"),
      RecipeKey(
        "chunk", \.chunk, .number(.from(2, through: 1_000_000)),
        "steps per chunk; each row of a batch continues the same row of the batch before"),
      RecipeKey(
        "chunks", \.chunks, .number(.from(1, through: 1_000_000)),
        "chunks of each series, also the batches per epoch"),
      RecipeKey(
        "validationChunks", \.validationChunks, .number(.from(0, through: 1_000_000)),
        "chunks of each validation series; 0 is none"),
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

  /// False: chunks must stay in the order of their series.
  public var shuffle: Bool { false }

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) -> DataSplits {
    DataSplits(
      training: samples(chunks, .trainingData, recipe),
      validation: validationChunks > 0 ? samples(validationChunks, .validationData, recipe) : nil,
      test: samples(testChunks, .testData, recipe))
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader { BinaryEchoReader(delay: delay) }

  private func samples(_ chunks: Int, _ purpose: RandomPurpose, _ recipe: Recipe) -> BinaryEcho {
    BinaryEcho(
      delay: delay, chunk: chunk, chunks: chunks, rows: recipe.batch, seed: recipe.seed, purpose: purpose,
      uncounted: recipe.loss.uncountedTarget)
  }
}
