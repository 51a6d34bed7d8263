/// Moves the messages of one rank's exchanges: on a thread of its own if the transport serves any thread, else whenever the
/// rank calls.
final class MessageProgress {
  private let work: () throws -> Bool
  private let peers: PeerWait
  private let usesThread: Bool
  private var thread: ProgressThread?

  /// Moves a sum's messages, and those of a gathering that follows it.
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

  /// Lets messages move after `body`, while the rank does something else.
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

  /// Waits until `isComplete`, on the rank's own thread; `neighbours` is that of `PeerWait.wait`.
  func wait(
    until isComplete: () throws -> Bool, neighbours: (_ spin: UInt32, _ sleep: UInt32) -> Bool?
  ) throws {
    try thread?.pause()
    try peers.wait(until: isComplete, neighbours: neighbours)
  }

  /// Completes a sum, of which this rank has written everything.
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
