/// Shares values that each rank makes of its pieces of scattered sums: all ranks of a machine have them in one vector, and
/// get the others' pieces while they do something else (allgather).
public final class PieceShare {
  /// The vector. A rank writes its pieces before `begin()`. `Scatter.count` floats and a cache line, zeros at first.
  public let values: UnsafeMutablePointer<Float>
  /// Gets the others' pieces.
  let gathering: PieceGathering
  private let plan: ReductionPlan
  /// Keeps the memory of `values`.
  private let memory: ReductionMemory
  private let progress: MessageProgress
  private let pending: PendingExchanges?
  /// Whether messages move only while this rank waits for them.
  private let needsWaiting: Bool

  init(_ participant: Participant, _ gathering: PieceGathering, _ progress: MessageProgress) {
    (plan, memory, pending) = (participant.plan, participant.memory, participant.pending)
    (self.gathering, self.progress) = (gathering, progress)
    values = memory.values
    needsWaiting = participant.hasMessages && !participant.messenger.servesAnyThread
  }

  /// The pieces of a rank: ascending, none of them empty.
  public func pieces(ofRank rank: Int) -> [Range<Int>] { plan.pieces(ofRank: rank) }

  /// Gives this rank's pieces to all, after a sum; every rank calls it. They travel while the ranks compute.
  public func begin() throws {
    pending?.add(self)
    try progress.resume { try gathering.begin() }
    // Other ranks may wait for this rank's pieces while it waits for them elsewhere.
    if needsWaiting { try awaitValues() }
  }

  /// Waits until the values before an element are here; without one, until all are here and this rank's are taken, as they
  /// must be before the next sum begins. Allocates nothing.
  public func awaitValues(below element: Int? = nil) throws {
    try progress.wait {
      if !gathering.haveArrived(below: element) { try gathering.advance() }
      return gathering.haveArrived(below: element)
    } neighbours: {
      gathering.wait(spin: $0, sleep: $1)
    }
    if isComplete { pending?.remove(self) } else { try progress.resume() }
  }

  /// Whether all values are here and this rank's are taken.
  var isComplete: Bool { gathering.isComplete }
}
