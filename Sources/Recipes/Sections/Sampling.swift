import Datasets
import Diagnostics

/// How often an epoch has each training sample.
public enum Sampling: String, Choice {
  /// Once.
  case shuffled
  /// As often as chance draws it, with replacement, when all classes are equally frequent.
  case balanced
  /// As often as chance draws it, with replacement, in proportion to its weight.
  case weights
}

extension Recipe {
  /// The number of samples in an epoch of these training samples.
  func epochLength(of training: any Dataset) -> Int { epochSamples ?? training.count }

  /// How samples are drawn, in words; nil if an epoch has every one once.
  package var samplingText: String? {
    switch sampling {
    case .shuffled: nil
    case .balanced: "balanced: drawn with replacement, all classes equally often"
    case .weights: "drawn with replacement, in proportion to their weights"
    }
  }

  /// How each epoch draws the training samples; nil if it has every one once.
  /// - Throws: `Failure` (configuration, data) if the samples have no classes or no weights.
  func makeDraws(of training: any Dataset) throws -> WeightedDraws? {
    guard sampling != .shuffled else { return nil }
    guard data.shuffle else {
      throw Failure(
        .configuration,
        "sampling is \(sampling.rawValue), which draws samples at random, but those of \(type(of: data).name) keep their "
          + "order",
        advice: "leave sampling out, or set data.shuffle to true if \(type(of: data).name) has that key")
    }
    return sampling == .balanced
      ? try WeightedDraws(balancing: training, count: epochSamples)
      : try WeightedDraws(weighing: training, count: epochSamples)
  }

  /// The column that a table's weights are read from: its key `weight`, if samples are drawn by weights; nil if not.
  /// - Throws: `Failure` (configuration) if the key is missing.
  func weightColumn(_ column: String?) throws -> String? {
    guard sampling == .weights else { return nil }
    guard let column else {
      throw Failure(
        .configuration, "sampling is weights, but data.weight names no column of weights",
        advice: "write data: {weight: NAME}")
    }
    return column
  }

  /// Checks that the number of samples in an epoch is only given if samples are drawn.
  func checkSampling(_ section: RecipeSection) throws {
    guard let samples = epochSamples, sampling == .shuffled else { return }
    throw section.conflict(
      of: ["epochSamples", "sampling"],
      "an epoch has every sample once with sampling shuffled, but \(section.naming("epochSamples", samples))",
      advice: "leave epochSamples out, or set sampling to balanced or weights")
  }
}

extension RecipeKey {
  /// The key that names a table's column of weights.
  static func weight(_ property: any WritableKeyPath<Settings, String?> & Sendable) -> RecipeKey {
    RecipeKey(
      "weight", property, .optional(.text),
      "the column of each sample's weight, from 0 up, by name or index from 0, or none; read with sampling: weights, and "
        + "never an input")
  }
}
