import Collectives

/// The way in which gradients are added over the ranks.
public enum Reduction: String, CaseIterable, Sendable {
  /// In the fixed tree over the shards: the same bits on any number of ranks.
  case tree
  /// By `MPI_Allreduce`, for networks that can add: the bits depend on the number of ranks.
  case native
}

/// Gradients in 16 bits between machines, with error feedback; see `Compression`.
public struct GradientCompression: Equatable, Sendable {
  /// The format that gradients are rounded to.
  public var format: Compression.Format
  /// The maximum number of parts of the reduction tree, at most the number of shards. Each part is rounded separately, so
  /// results depend on it.
  public var parts: Int

  /// Rounds each of at most `parts` parts to a format.
  public init(format: Compression.Format, parts: Int) {
    self.format = format
    self.parts = parts
  }
}
