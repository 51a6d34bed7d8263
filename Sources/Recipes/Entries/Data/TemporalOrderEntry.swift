import Datasets
import Tensors

/// The temporal-order task (Hochreiter and Schmidhuber 1997): in which order two symbols came among distractors.
public struct TemporalOrderEntry: DataEntry {
  /// The difficulty.
  public var level = TemporalOrder.Level.easy
  /// Training samples an epoch, fresh in each.
  public var epochSize = 992
  /// Validation samples, the same in every evaluation; 0 for none.
  public var validationSize = 0
  /// Test samples, the same in every evaluation.
  public var testSize = 992

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "temporal-order", "generated sequences: tell in which order two kinds of symbols came",
    example: "level: moderate, epochSize: 992",
    keys: [
      RecipeKey("level", \.level, .choice, "easy, normal, moderate, hard or nightmare: 7 to 500 symbols a sequence"),
      RecipeKey("epochSize", \.epochSize, .number(.from(1, through: 100_000_000)), "training samples an epoch"),
      RecipeKey(
        "validationSize", \.validationSize, .number(.from(0, through: 100_000_000)),
        "samples to measure on while training, neither trained on nor tested on; 0 is none"),
      RecipeKey("testSize", \.testSize, .number(.from(1, through: 100_000_000)), "test samples"),
    ])

  /// Samples are new in each epoch anyway.
  public var shuffle: Bool { false }

  /// The training samples, and those to measure on.
  public func makeSplits(for recipe: Recipe) -> DataSplits {
    DataSplits(
      training: samples(epochSize, .trainingData, recipe),
      validation: validationSize > 0 ? samples(validationSize, .validationData, recipe) : nil,
      test: samples(testSize, .testData, recipe))
  }

  /// The reader of such inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader { samples(1, .testData, recipe) }

  private func samples(_ count: Int, _ purpose: RandomPurpose, _ recipe: Recipe) -> TemporalOrder {
    TemporalOrder(level: level, count: count, seed: recipe.seed, purpose: purpose)
  }
}

extension TemporalOrder.Level: Choice {}
