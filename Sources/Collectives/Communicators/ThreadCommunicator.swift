import Diagnostics
import Foundation

/// Ranks as threads of one process, which copy straight from one another's buffers.
///
/// With it the logic for many ranks runs, and is tested, without a launcher. A rank that ends while others wait for it
/// releases them with a `Failure` instead of letting them hang.
public final class ThreadCommunicator: Communicator {
  /// This thread's rank.
  public let rank: Int
  /// The name of this machine.
  public let hostName = ownHostName()
  /// Whether there are more threads than processors.
  public let isOversubscribed: Bool
  /// The processors without those of the threads, for each thread.
  public var idleProcessors: Int { max(0, ProcessInfo.processInfo.activeProcessorCount - size) / size }
  private let group: ThreadGroup
  private let messenger: any Messenger
  /// Completed when a rank's work is done.
  public let pending: PendingExchanges? = PendingExchanges()
  private var tags = 0
  private var looks = 0
  /// How often the ranks were divided.
  private var divisions = 0

  init(rank: Int, group: ThreadGroup) {
    self.rank = rank
    self.group = group
    messenger = group.mailboxes.messenger(ofRank: rank)
    isOversubscribed = group.size > ProcessInfo.processInfo.activeProcessorCount
  }

  /// The number of threads.
  public var size: Int { group.size }

  /// The machines given to `run`.
  public var machines: [[Int]] { group.machines }

  /// Waits until every rank has called it.
  public func barrier() throws { try group.meet() }

  /// Copies the root's buffer into every other rank's.
  public func broadcast(_ buffer: UnsafeMutableRawBufferPointer, root: Int) throws {
    precondition(root >= 0 && root < size, "the root of a broadcast is a rank")
    try group.exchange(rank, Posting(UnsafeRawBufferPointer(buffer))) { postings in
      precondition(postings[root].buffer.count == buffer.count, "a broadcast has one length on all ranks")
      copy(postings[root].buffer, 0, to: buffer, 0, count: buffer.count)
    }
  }

  /// Gives every rank the bytes of all; see `Communicator`.
  public func allgather(
    _ send: UnsafeRawBufferPointer, into receive: UnsafeMutableRawBufferPointer, counts: [Int], offsets: [Int]
  ) throws {
    checkGather(send, receive, counts, offsets)
    try group.exchange(rank, Posting(send)) { postings in
      for r in 0..<size {
        precondition(postings[r].buffer.count == counts[r], "the counts of an allgather are equal on all ranks")
        copy(postings[r].buffer, 0, to: receive, offsets[r], count: counts[r])
      }
    }
  }

  /// Exchanges bytes between every pair of ranks; see `Communicator`.
  public func alltoall(
    _ send: UnsafeRawBufferPointer, sendCounts: [Int], sendOffsets: [Int],
    into receive: UnsafeMutableRawBufferPointer, receiveCounts: [Int], receiveOffsets: [Int]
  ) throws {
    checkExchange(send.count, sendCounts, sendOffsets, receive.count, receiveCounts, receiveOffsets)
    try group.exchange(rank, Posting(send, counts: sendCounts, offsets: sendOffsets)) { postings in
      for r in 0..<size {
        precondition(postings[r].counts[rank] == receiveCounts[r], "a rank expects what the other sends")
        copy(postings[r].buffer, postings[r].offsets[rank], to: receive, receiveOffsets[r], count: receiveCounts[r])
      }
    }
  }

  /// Adds rank by rank.
  public func sum(_ values: UnsafeMutableBufferPointer<Float>) throws {
    let own = [Float](values)
    try own.withUnsafeBytes { bytes in
      try group.exchange(rank, Posting(bytes)) { postings in
        values.update(repeating: 0)
        for posting in postings {
          let theirs = posting.buffer.bindMemory(to: Float.self)
          for index in values.indices { values[index] += theirs[index] }
        }
      }
    }
  }

  /// One block of memory for the threads of each machine.
  public func shareMemory(byteCount: Int) throws -> SharedMemory? {
    let own = neighbours
    let counts = try gatherWithinAgreement(byteCount)
    var memory = rank == own[0] ? SharedMemory(byteCounts: own.map { counts[$0] }) : nil
    try group.exchange(rank, Posting(memory: memory)) { memory = $0[own[0]].memory }
    return memory
  }

  /// The next numbers.
  public func takeTags(_ count: Int) -> Int {
    defer { tags += count }
    return tags
  }

  /// A message from buffer to buffer.
  public func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) throws -> any Message {
    try messenger.message(direction, buffer, peer: peer, tag: tag)
  }

  /// Yes: a lock guards the mailboxes.
  public var servesAnyThread: Bool { true }

  /// Throws if a rank has failed, or has ended some time ago.
  public func checkPeers() throws {
    looks += 1
    try group.checkPeers(patiently: looks.isMultiple(of: Self.patience))
  }

  /// Checks after which a rank that has ended is no longer waited for.
  private static let patience = 64

  /// A meeting place for each group; see `Communicator`.
  public func divided<T>(into group: Int, _ body: (any Communicator) throws -> T) throws -> T {
    let groups = try gather(group)
    let members = groups.indices.filter { groups[$0] == group }
    divisions += 1
    let place = self.group.part(
      ThreadGroup.Part(division: divisions, group: group),
      machines: machines.map { $0.compactMap(members.firstIndex) }.filter { !$0.isEmpty })
    let part = ThreadCommunicator(rank: members.firstIndex(of: rank) ?? 0, group: place)
    do {
      let result = try body(part)
      try part.pending?.complete()
      return result
    } catch {
      part.pending?.abandon()
      place.leave(part.rank, error)
      // A rank that another one's failure released fails with that rank's error, whichever of them is first to say so.
      throw place.firstFailure ?? error
    }
  }

  /// Exits, which ends every rank.
  public func end(_ exitCode: ExitCode) -> Never { exit(exitCode.rawValue) }

  /// Has nothing to end.
  public func close() {}
}
