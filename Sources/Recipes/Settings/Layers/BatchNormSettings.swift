import Layers

/// Batch normalization (Ioffe and Szegedy 2015).
public struct BatchNormSettings: Equatable, Sendable {
  /// Added to the variance, against division by zero.
  public var epsilon = 1e-5
  /// The share of each batch's statistics in the running ones; nil for the mean over all batches.
  public var momentum: Double? = 0.1
  /// The samples over which mean and variance are taken in training.
  public var statistics = BatchNorm.Statistics.batch

  /// Every default.
  public init() {}
}

extension BatchNorm.Statistics: Choice {}

extension BatchNormSettings: VariantSettings {
  static let name = "batch-norm"
  static let doc = "normalization by the statistics of the global batch, or of each shard"

  static let fields: [Field<BatchNormSettings>] = [
    Field("epsilon", \.epsilon, .number(.above(0)), "added to the variance, against division by zero"),
    Field(
      "momentum", \.momentum, .optional(.number(.from(0, through: 1))),
      "the share of each batch's statistics in the running ones, or none for the mean over all batches"),
    Field(
      "statistics", \.statistics, .choice,
      "the samples whose mean and variance training takes: batch, the global batch; shard, each shard for itself"),
  ]
}
