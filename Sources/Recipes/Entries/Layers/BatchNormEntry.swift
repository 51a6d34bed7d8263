import Diagnostics
import Layers

/// Batch normalization (Ioffe and Szegedy 2015).
public struct BatchNormEntry: LayerEntry {
  /// Added to the variance to avoid division by zero.
  public var epsilon = 1e-5
  /// The weight of a batch's statistics in the running ones; nil for the mean over all batches.
  public var momentum: Double? = 0.1
  /// The samples whose mean and variance training uses.
  public var statistics = BatchNorm.Statistics.batch
  /// Whether a weight and a bias for each channel are learned.
  public var affine = true
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "batch-norm", "normalization by the statistics of the global batch, or of each shard",
    example: "momentum: 0.1, statistics: batch",
    keys: [
      .moduleName(\.name),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the variance to avoid division by zero"),
      RecipeKey(
        "momentum", \.momentum, .optional(.number(.from(0, through: 1))),
        "the weight of each batch's statistics in the running ones, or none for the mean over all batches"),
      RecipeKey(
        "statistics", \.statistics, .choice,
        "the samples whose mean and variance training uses: batch, the global batch; shard, each shard separately"),
      RecipeKey("affine", \.affine, .flag, "whether a weight and a bias for each channel are learned"),
    ])

  /// Makes the layer with running statistics of its own.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    BatchNorm(input: site.input, epsilon: epsilon, momentum: momentum, statistics: statistics, affine: affine)
  }

  /// Checks that training has at least two values per channel; normalizing one value leaves nothing of it.
  public func checkInput(_ site: LayerSite) throws {
    let (input, batch, shards) = (site.input, site.batch, site.shards)
    let samples = statistics == .shard ? batch / shards : batch
    guard samples * input.steps * input.positions < 2 else { return }
    throw Failure(
      .configuration,
      "needs at least 2 values per channel, but its input is \(input.text), and "
        + (statistics == .shard ? "of \(batch) samples in \(shards) shards some have 1" : "the batch is 1"),
      advice: "make batch at least \(statistics == .shard ? 2 * shards : 2)")
  }
}

extension BatchNorm.Statistics: Choice {}
