import Datasets
import Tensors

/// The temporal-order task (Hochreiter and Schmidhuber 1997): in which order two symbols came among distractors.
public struct TemporalOrderSettings: Equatable, Sendable {
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
}

extension TemporalOrder.Level: Choice {}

extension TemporalOrderSettings: DataSourceSettings {
  static let name = "temporal-order"
  static let doc = "generated sequences: tell in which order two kinds of symbols came"

  static let fields: [Field<TemporalOrderSettings>] = [
    Field("level", \.level, .choice, "easy, normal, moderate, hard or nightmare: 7 to 500 symbols a sequence"),
    Field("epochSize", \.epochSize, .number(.from(1, through: 100_000_000)), "training samples an epoch"),
    Field(
      "validationSize", \.validationSize, .number(.from(0, through: 100_000_000)),
      "samples to measure on while training, neither trained on nor tested on; 0 is none"),
    Field("testSize", \.testSize, .number(.from(1, through: 100_000_000)), "test samples"),
  ]

  /// Samples are new in each epoch anyway.
  var shuffle: Bool { false }

  func makeSplits(for recipe: Recipe) -> DataSplits {
    DataSplits(
      training: samples(epochSize, .trainingData, recipe),
      validation: validationSize > 0 ? samples(validationSize, .validationData, recipe) : nil,
      test: samples(testSize, .testData, recipe))
  }

  func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader { samples(1, .testData, recipe) }

  private func samples(_ count: Int, _ purpose: RandomPurpose, _ recipe: Recipe) -> TemporalOrder {
    TemporalOrder(level: level, count: count, seed: recipe.seed, purpose: purpose)
  }
}
