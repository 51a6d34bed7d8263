/// How the ranks share the shards of a batch from a step on.
public struct ShareReport: Sendable {
  /// Why the report is made.
  public enum Cause: Sendable {
    /// Training begins with these shares.
    case start
    /// The ranks have these shares now, since they are not equally fast.
    case speed
    /// These shares would be better, but the ranks keep the present ones, since memory is short.
    case shortMemory
    /// These shares would be better, but the settings say that shares are even.
    case advice
  }

  /// Why the report is made.
  public let cause: Cause
  /// The number of steps before.
  public let step: Int
  /// The epoch's number, from 1.
  public let epoch: Int
  /// The number of shards of each rank.
  public let shares: [Int]
  /// The share of a step's time that they save, as far as could be measured before.
  public let saving: Double

  package init(cause: Cause, step: Int, epoch: Int, shares: [Int], saving: Double) {
    (self.cause, self.step, self.epoch, self.shares, self.saving) = (cause, step, epoch, shares, saving)
  }
}
