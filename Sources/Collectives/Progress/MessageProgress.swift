/// Moves the messages of one rank's exchanges: on a background thread if the transport serves any thread, otherwise whenever
/// the rank calls.
final class MessageProgress {
  private let work: () throws -> Bool
  private let peers: PeerWait
  private let usesThread: Bool
  private var thread: ProgressThread?

  /// Progress of a sum's messages, and of those of a gathering after it.
  init(_ participant: Participant, _ algorithm: any SumAlgorithm, _ gathering: PieceGathering? = nil) {
    peers = PeerWait(messenger: participant.messenger, isOversubscribed: participant.isOversubscribed)
    usesThread = participant.hasMessages && participant.messenger.servesAnyThread
    work = {
      if let gathering, !gathering.isComplete {
        try gathering.advance()
        return gathering.isComplete
      }
      try algorithm.advance()
      return !algorithm.isUnderWay
    }
  }

  deinit {
    thread?.end()
  }

  /// Runs `body`, then lets messages move while the rank computes.
  func resume(after body: () throws -> Void = {}) throws {
    guard usesThread else {
      try body()
      _ = try work()
      return
    }
    let thread = try thread ?? ProgressThread(work)
    self.thread = thread
    try thread.resume(after: body)
  }

  /// Waits on the rank's own thread until `isComplete`; for `neighbours` see `PeerWait.wait`.
  func wait(
    until isComplete: () throws -> Bool, neighbours: (_ spin: UInt32, _ sleep: UInt32) -> Bool?
  ) throws {
    try thread?.pause()
    try peers.wait(until: isComplete, neighbours: neighbours)
  }

  /// Completes a sum after this rank has written all nodes and status words.
  func complete(_ algorithm: any SumAlgorithm) throws {
    try thread?.pause()
    algorithm.writeAll()
    try wait {
      try algorithm.isComplete()
    } neighbours: {
      algorithm.wait(spin: $0, sleep: $1)
    }
  }
}
