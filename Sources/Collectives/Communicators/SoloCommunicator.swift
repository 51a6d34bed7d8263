import Diagnostics
import Foundation

/// A job of one rank: every collective operation is the identity. Needs no MPI.
public final class SoloCommunicator: Communicator {
  /// Always 0.
  public let rank = 0
  /// Always 1.
  public let size = 1
  /// The name of this machine.
  public let hostName = ownHostName()
  /// This rank alone.
  public let machines = [[0]]
  /// Never.
  public let isOversubscribed = false
  /// The processors of this process without the one that computes.
  public let idleProcessors = ProcessorChoice.idle(ofRank: 0, among: [0], access: [.own()])

  /// Makes the communicator of a process on its own.
  public init() {}

  /// Returns at once.
  public func barrier() {}

  /// Leaves the buffer as it is.
  public func broadcast(_ buffer: UnsafeMutableRawBufferPointer, root: Int) {}

  /// Copies the send buffer to its place, unless it is there.
  public func allgather(
    _ send: UnsafeRawBufferPointer, into receive: UnsafeMutableRawBufferPointer, counts: [Int], offsets: [Int]
  ) {
    checkGather(send, receive, counts, offsets)
    copy(send, 0, to: receive, offsets[0], count: counts[0])
  }

  /// Copies what the rank sends to itself.
  public func alltoall(
    _ send: UnsafeRawBufferPointer, sendCounts: [Int], sendOffsets: [Int],
    into receive: UnsafeMutableRawBufferPointer, receiveCounts: [Int], receiveOffsets: [Int]
  ) {
    checkExchange(send.count, sendCounts, sendOffsets, receive.count, receiveCounts, receiveOffsets)
    copy(send, sendOffsets[0], to: receive, receiveOffsets[0], count: sendCounts[0])
  }

  /// Leaves the values as they are.
  public func sum(_ values: UnsafeMutableBufferPointer<Float>) {}

  /// Memory of this rank.
  public func shareMemory(byteCount: Int) -> SharedMemory? { SharedMemory(byteCounts: [byteCount]) }

  /// Always 0: there is no other rank.
  public func takeTags(_ count: Int) -> Int { 0 }

  /// Traps: there is no other rank.
  public func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) -> any Message {
    preconditionFailure("a single rank sends no messages")
  }

  /// There are no messages.
  public var servesAnyThread: Bool { true }

  /// Returns at once.
  public func checkPeers() {}

  /// Runs `body` with this communicator: the rank is a group of its own.
  public func divided<T>(into group: Int, _ body: (any Communicator) throws -> T) throws -> T { try body(self) }

  /// Exits.
  public func end(_ exitCode: ExitCode) -> Never { exit(exitCode.rawValue) }

  /// Has nothing to end.
  public func close() {}
}

/// Copies bytes between buffers; does nothing if source and destination are the same place.
func copy(
  _ source: UnsafeRawBufferPointer, _ sourceOffset: Int, to destination: UnsafeMutableRawBufferPointer,
  _ destinationOffset: Int, count: Int
) {
  guard count > 0, let from = source.baseAddress, let to = destination.baseAddress else { return }
  let start = to + destinationOffset
  if UnsafeRawPointer(start) != from + sourceOffset {
    start.copyMemory(from: from + sourceOffset, byteCount: count)
  }
}
