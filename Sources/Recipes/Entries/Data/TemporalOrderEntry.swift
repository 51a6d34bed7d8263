import Datasets
import Tensors

/// The temporal-order task (Hochreiter and Schmidhuber 1997): in which order did two symbols come among distractors?
public struct TemporalOrderEntry: DataEntry {
  /// The difficulty, which sets the length of the sequences.
  public var level = TemporalOrder.Level.easy
  /// The number of training samples per epoch; each epoch has new ones.
  public var epochSize = 992
  /// The number of validation samples, the same in every evaluation; 0 for none.
  public var validationSize = 0
  /// The number of test samples, the same in every evaluation.
  public var testSize = 992

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "temporal-order", "generated sequences: find the order in which two kinds of symbols came",
    example: "level: moderate, epochSize: 992",
    keys: [
      RecipeKey("level", \.level, .choice, "easy, normal, moderate, hard or nightmare: 7 to 500 symbols per sequence"),
      RecipeKey("epochSize", \.epochSize, .number(.from(1, through: 100_000_000)), "training samples per epoch"),
      RecipeKey(
        "validationSize", \.validationSize, .number(.from(0, through: 100_000_000)),
        "validation samples, neither trained on nor tested on; 0 is none"),
      RecipeKey("testSize", \.testSize, .number(.from(1, through: 100_000_000)), "test samples"),
    ])

  /// False: each epoch has new samples anyway.
  public var shuffle: Bool { false }

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) -> DataSplits {
    DataSplits(
      training: samples(epochSize, .trainingData, recipe),
      validation: validationSize > 0 ? samples(validationSize, .validationData, recipe) : nil,
      test: samples(testSize, .testData, recipe))
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader { samples(1, .testData, recipe) }

  private func samples(_ count: Int, _ purpose: RandomPurpose, _ recipe: Recipe) -> TemporalOrder {
    TemporalOrder(level: level, count: count, seed: recipe.seed, purpose: purpose)
  }
}

extension TemporalOrder.Level: Choice {}
