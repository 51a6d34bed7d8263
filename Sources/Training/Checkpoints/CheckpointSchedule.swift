/// The schedule of regular checkpoints, and the number that is kept.
public struct CheckpointSchedule: Equatable, Sendable {
  /// Steps between checkpoints; nil for none.
  public var steps: Int?
  /// Minutes between checkpoints; nil for none.
  public var minutes: Double?
  /// Epochs between checkpoints; 0 for none at the ends of epochs.
  public var epochs: Int
  /// The minimum seconds between any checkpoint and one at the end of an epoch, so that short epochs are not slowed down.
  public var apart: Double
  /// The greatest share of the time that checkpoints after minutes and at the ends of epochs may take: if saving lasts long,
  /// they are rarer. Nil for no limit.
  public var share: Double?
  /// How many of the newest checkpoints are kept.
  public var keep: Int

  /// A schedule of checkpoints.
  public init(
    steps: Int? = nil, minutes: Double? = nil, epochs: Int = 1, apart: Double = 0, share: Double? = nil, keep: Int = 2
  ) {
    self.steps = steps
    self.minutes = minutes
    self.epochs = epochs
    self.apart = apart
    self.share = share
    self.keep = keep
  }
}
