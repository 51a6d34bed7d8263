/// The values that a rank has begun to share and must complete before communication ends: other ranks may still need them.
public final class PendingExchanges {
  private var shares: [PieceShare] = []

  /// Nothing begun yet.
  init() {}

  /// Completes everything.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func complete() throws {
    while let share = shares.last { try share.awaitValues() }
  }

  /// Forgets everything, since a failure ends the job.
  func abandon() { shares.removeAll() }

  /// Keeps a share whose values are under way.
  func add(_ share: PieceShare) {
    if !shares.contains(where: { $0 === share }) { shares.append(share) }
  }

  /// Forgets a share that is complete.
  func remove(_ share: PieceShare) { shares.removeAll { $0 === share } }
}
