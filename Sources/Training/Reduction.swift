import Collectives

/// How gradients are added up over the ranks.
public enum Reduction: String, CaseIterable, Sendable {
  /// In one fixed tree over the shards: the same bits on any number of ranks.
  case tree
  /// By `MPI_Allreduce`, for networks that can add: the order, and so the bits, depend on the number of ranks.
  case native
}

/// Gradients in 16 bits between machines, with error feedback; see `Compression`.
public struct GradientCompression: Equatable, Sendable {
  /// The format that gradients are rounded to.
  public var format: Compression.Format
  /// The most parts of the reduction tree that are each rounded by themselves, at most the number of shards; the result
  /// depends on it.
  public var parts: Int

  /// Rounds each of at most `parts` parts to a format.
  public init(format: Compression.Format, parts: Int) {
    self.format = format
    self.parts = parts
  }
}
