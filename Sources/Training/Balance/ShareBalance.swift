import Collectives

/// Finds better shares of the shards from the time that ranks take for them.
///
/// Every rank has one. Times reach all ranks with each sum, in the same bits, so all decide alike without a further message.
/// Shares are only changed if that pays in two successive windows of steps, so noise changes nothing; and a change that did not
/// keep its promise delays the next one.
final class ShareBalance {
  /// Shares that are better than the present ones.
  struct Proposal {
    let shares: ShardShares
    /// The share of a step's time that they save.
    let saving: Double
  }

  /// What a change must save.
  private static let leastSaving = 0.05
  /// The shortest window.
  private static let window = (steps: 20, seconds: 2.0)
  /// The least ratio of a window to the last change: changes take at most a twentieth of the time.
  private static let windowOfChange = 20.0
  /// The most windows between changes that do not pay.
  private static let mostRest = 64

  /// The present shares.
  private(set) var shares: ShardShares
  private var times: RankTimes
  private var windowSeconds = ShareBalance.window.seconds
  /// The shares that were better in the last window.
  private var candidate: ShardShares?
  /// The seconds of a step before the last change, and those that it promised; nil once they have been compared.
  private var promise: (before: Double, after: Double)?
  /// Windows to let pass, and those to let pass after the next change that does not pay.
  private var rest = 0
  private var nextRest = 1

  /// The balance of an experiment's ranks; nil if there is nothing to decide: each rank has one shard, or the transport's sums
  /// would have other bits. If shares stay even, rank 0 has one for advice, unless ranks take turns on processors.
  convenience init?(_ experiment: Experiment, workspace: Workspace) throws {
    let (communicator, settings) = (workspace.communicator, experiment.settings)
    let ranks = communicator.size
    guard ranks > 1, workspace.tree.shardCount > ranks, settings.reduction == .tree,
      settings.balance == .auto || communicator.isRoot && !communicator.isOversubscribed
    else { return nil }
    try self.init(workspace.tree.shares(of: ranks))
  }

  /// Begins with some shares.
  init(_ shares: ShardShares) {
    self.shares = shares
    times = RankTimes(ranks: shares.counts.count)
  }

  /// Adds the times of a batch.
  func add(_ table: StatusTable) {
    for rank in shares.counts.indices {
      let status = RankStatus(table[rank])
      times.add(rank: rank, shards: status.data + status.passes, other: status.compute - status.passes)
    }
  }

  /// Ends a step, and proposes other shares if they would pay. A step counts if it has as many samples as most.
  func endStep(counts: Bool) -> Proposal? {
    times.endStep(counts: counts)
    guard times.steps >= ShareBalance.window.steps, times.seconds >= windowSeconds else { return nil }
    defer { times.restart() }
    return decide(times.speeds(shares))
  }

  /// The proposal after a window in which the ranks had these speeds.
  func decide(_ speeds: RankSpeeds) -> Proposal? {
    let present = speeds.step(shares)
    if let promise {
      // A change pays if it saves at least half of what it promised.
      let hasPaid = present <= (promise.before + promise.after) / 2
      (rest, nextRest) = hasPaid ? (0, 1) : (nextRest, min(2 * nextRest, ShareBalance.mostRest))
      self.promise = nil
    }
    if rest > 0 {
      rest -= 1
      candidate = nil
      return nil
    }
    let limit = (1 - ShareBalance.leastSaving) * present
    if let candidate, speeds.step(candidate) <= limit {
      self.candidate = nil
      promise = (present, speeds.step(candidate))
      return Proposal(shares: candidate, saving: 1 - speeds.step(candidate) / present)
    }
    let best = speeds.best(shards: shares.shardCount)
    candidate = speeds.step(best) <= limit ? best : nil
    return nil
  }

  /// Notes that the proposed shares are the present ones now, and the seconds that the change took, which must be the same number
  /// on all ranks.
  func hasChanged(to shares: ShardShares, seconds: Double) {
    self.shares = shares
    windowSeconds = max(ShareBalance.window.seconds, ShareBalance.windowOfChange * seconds)
    times.restart()
  }
}
