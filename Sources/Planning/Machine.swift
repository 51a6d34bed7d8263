/// The measured training step of one machine alone, with a number of ranks and shards.
public struct Machine: Equatable, Sendable {
  /// A layer's share of the forward or the backward pass.
  public struct Stage: Equatable, Sendable {
    /// Seconds that the layer takes.
    public var seconds: Double
    /// Bytes of the parameters that it needs, or of the gradients that are ready at its end.
    public var bytes: Int

    /// One layer's share.
    public init(seconds: Double, bytes: Int) {
      self.seconds = seconds
      self.bytes = bytes
    }
  }

  /// The number of ranks.
  public var ranks: Int
  /// The number of shards of all ranks together.
  public var shards: Int
  /// Seconds of a step.
  public var step: Distribution
  /// Seconds of a step in which a rank waits for the slowest; mean over ranks.
  public var waiting: Double
  /// Seconds of a step in which the ranks exchange and add.
  public var reduction: Double
  /// The forward pass, the first layer first.
  public var forward: [Stage]
  /// The backward pass, the last layer first.
  public var backward: [Stage]

  /// A machine with its measurements.
  public init(
    ranks: Int, shards: Int, step: Distribution, waiting: Double, reduction: Double, forward: [Stage],
    backward: [Stage]
  ) {
    self.ranks = ranks
    self.shards = shards
    self.step = step
    self.waiting = waiting
    self.reduction = reduction
    self.forward = forward
    self.backward = backward
  }

  /// Bytes of all gradients.
  public var gradientBytes: Int { backward.reduce(0) { $0 + $1.bytes } }
}
