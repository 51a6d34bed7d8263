import Diagnostics
import Layers

/// Batch normalization (Ioffe and Szegedy 2015).
public struct BatchNormEntry: LayerEntry {
  /// Added to the variance, against division by zero.
  public var epsilon = 1e-5
  /// The share of each batch's statistics in the running ones; nil for the mean over all batches.
  public var momentum: Double? = 0.1
  /// The samples over which mean and variance are taken in training.
  public var statistics = BatchNorm.Statistics.batch

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "batch-norm", "normalization by the statistics of the global batch, or of each shard",
    example: "momentum: 0.1, statistics: batch",
    keys: [
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the variance, against division by zero"),
      RecipeKey(
        "momentum", \.momentum, .optional(.number(.from(0, through: 1))),
        "the share of each batch's statistics in the running ones, or none for the mean over all batches"),
      RecipeKey(
        "statistics", \.statistics, .choice,
        "the samples whose mean and variance training takes: batch, the global batch; shard, each shard for itself"),
    ])

  /// The layer, with running statistics of its own.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    BatchNorm(input: site.input, epsilon: epsilon, momentum: momentum, statistics: statistics)
  }

  /// Refuses batches of one value: its mean is the value, and nothing would be left of it.
  public func checkInput(_ site: LayerSite) throws {
    let (input, batch, shards) = (site.input, site.batch, site.shards)
    let samples = statistics == .shard ? batch / shards : batch
    guard samples * input.steps * input.positions < 2 else { return }
    throw Failure(
      .configuration,
      "needs the mean of at least 2 values a channel, but its input is \(input.text), and "
        + (statistics == .shard ? "of \(batch) samples in \(shards) shards some have 1" : "the batch is 1"),
      advice: "make batch at least \(statistics == .shard ? 2 * shards : 2)")
  }
}

extension BatchNorm.Statistics: Choice {}
