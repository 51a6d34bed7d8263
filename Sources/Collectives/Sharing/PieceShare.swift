/// Shares the values that each rank computes from its pieces of scattered sums (allgather). The ranks of a machine have one
/// vector; the others' pieces arrive in it while they compute.
public final class PieceShare {
  /// The vector: `Scatter.count` floats and a cache line, initially zero. A rank writes its pieces before `begin()`.
  public let values: UnsafeMutablePointer<Float>
  /// Exchanges the pieces.
  let gathering: PieceGathering
  private let plan: ReductionPlan
  /// Keeps the memory of `values` alive.
  private let memory: ReductionMemory
  private let progress: MessageProgress
  private let pending: PendingExchanges?
  /// Whether messages only move while this rank waits for them.
  private let needsWaiting: Bool

  init(_ participant: Participant, _ gathering: PieceGathering, _ progress: MessageProgress) {
    (plan, memory, pending) = (participant.plan, participant.memory, participant.pending)
    (self.gathering, self.progress) = (gathering, progress)
    values = memory.values
    needsWaiting = participant.hasMessages && !participant.messenger.servesAnyThread
  }

  /// The pieces of a rank: ascending, none of them empty.
  public func pieces(ofRank rank: Int) -> [Range<Int>] { plan.pieces(ofRank: rank) }

  /// Starts sending this rank's pieces to all, after a sum. Every rank calls it. They travel while the ranks compute.
  public func begin() throws {
    pending?.add(self)
    try progress.resume { try gathering.begin() }
    // Other ranks may wait for this rank's pieces while it waits for them elsewhere.
    if needsWaiting { try awaitValues() }
  }

  /// Waits until the values before an element have arrived. With nil, waits until all have arrived and this rank's are sent,
  /// as must be before the next sum begins. Allocates nothing.
  public func awaitValues(below element: Int? = nil) throws {
    try progress.wait {
      if !gathering.haveArrived(below: element) { try gathering.advance() }
      return gathering.haveArrived(below: element)
    } neighbours: {
      gathering.wait(spin: $0, sleep: $1)
    }
    if isComplete { pending?.remove(self) } else { try progress.resume() }
  }

  /// Whether all values have arrived and this rank's are sent.
  var isComplete: Bool { gathering.isComplete }
}
