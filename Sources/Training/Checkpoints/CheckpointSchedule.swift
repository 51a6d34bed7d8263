/// When training saves its state without being asked, and how much is kept.
public struct CheckpointSchedule: Equatable, Sendable {
  /// Steps between checkpoints, or nil.
  public var steps: Int?
  /// Minutes between checkpoints, or nil.
  public var minutes: Double?
  /// Epochs between checkpoints; 0: none at the ends of epochs.
  public var epochs: Int
  /// The least seconds from any checkpoint to one at the end of an epoch, so that short epochs cost no time.
  public var apart: Double
  /// The newest checkpoints that are kept.
  public var keep: Int

  /// All numbers.
  public init(steps: Int? = nil, minutes: Double? = nil, epochs: Int = 1, apart: Double = 0, keep: Int = 2) {
    self.steps = steps
    self.minutes = minutes
    self.epochs = epochs
    self.apart = apart
    self.keep = keep
  }
}
