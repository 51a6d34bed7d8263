/// The shares of values that a rank must complete before communication ends, since other ranks may need them.
public final class PendingExchanges {
  private var shares: [PieceShare] = []

  /// Nothing is pending.
  init() {}

  /// Completes all shares.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func complete() throws {
    while let share = shares.last { try share.awaitValues() }
  }

  /// Removes all shares, since a failure ends the job.
  func abandon() { shares.removeAll() }

  /// Adds a share that has begun.
  func add(_ share: PieceShare) {
    if !shares.contains(where: { $0 === share }) { shares.append(share) }
  }

  /// Removes a share that is complete.
  func remove(_ share: PieceShare) { shares.removeAll { $0 === share } }
}
