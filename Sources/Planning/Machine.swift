/// A machine's training step as measured: its ranks, with all their shards, and no other machines.
public struct Machine: Equatable, Sendable {
  /// A layer's share of the forward or the backward pass.
  public struct Stage: Equatable, Sendable {
    /// Seconds until it ends.
    public var seconds: Double
    /// Bytes of the parameters that it needs, or of the gradients that are ready as it ends.
    public var bytes: Int

    /// A share.
    public init(seconds: Double, bytes: Int) {
      self.seconds = seconds
      self.bytes = bytes
    }
  }

  /// The ranks.
  public var ranks: Int
  /// The shards of all of them.
  public var shards: Int
  /// Seconds of a step.
  public var step: Distribution
  /// Seconds of a step, mean over its ranks, in which a rank waits for the slowest.
  public var waiting: Double
  /// Seconds of a step in which the ranks exchange and add.
  public var reduction: Double
  /// The forward pass, in its order: the first layer first.
  public var forward: [Stage]
  /// The backward pass, in its order: the last layer first.
  public var backward: [Stage]

  /// All that was measured.
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
