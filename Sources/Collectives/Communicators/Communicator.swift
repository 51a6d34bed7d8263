import Diagnostics
import Foundation

/// The ranks of a job and what they do together.
///
/// Every rank calls the same operations in the same order, each from one thread. All lengths and offsets are bytes.
/// The operations throw a `Failure` where the transport fails; after that the job cannot go on and ends by `abort`.
public protocol Communicator: Messenger {
  /// This rank's number, from 0 up to `size`.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }
  /// The name of the machine this rank runs on.
  var hostName: String { get }
  /// The ranks of each machine, which can share memory, ascending; machines in the order of their lowest ranks.
  var machines: [[Int]] { get }
  /// Whether some ranks of this rank's machine have to share a processor, so that waiting ranks must give theirs up.
  var isOversubscribed: Bool { get }
  /// The number of ranks that were started: `size`, and those that only wait for the end since there is no processor for
  /// them.
  var startedRanks: Int { get }

  /// What `close` completes first; nil where nothing is ever on its way.
  var pending: PendingExchanges? { get }

  /// Waits until every rank has come here.
  func barrier() throws

  /// Copies the root's buffer into every other rank's; equal lengths on all ranks.
  func broadcast(_ buffer: UnsafeMutableRawBufferPointer, root: Int) throws

  /// Every rank gives `counts[rank]` bytes and gets rank r's at `offsets[r]` of `receive`, for every r.
  ///
  /// `counts` and `offsets` have one entry a rank and are equal on all ranks. The send buffer is either the rank's own
  /// place in `receive`, then nothing is copied there, or lies outside `receive`.
  func allgather(
    _ send: UnsafeRawBufferPointer, into receive: UnsafeMutableRawBufferPointer, counts: [Int], offsets: [Int]) throws

  /// Rank r gets the `sendCounts[r]` bytes at `sendOffsets[r]`, and what it sends here lands at `receiveOffsets[r]`.
  ///
  /// What rank a expects of rank b is what b sends to a. The two buffers do not overlap.
  func alltoall(
    _ send: UnsafeRawBufferPointer, sendCounts: [Int], sendOffsets: [Int],
    into receive: UnsafeMutableRawBufferPointer, receiveCounts: [Int], receiveOffsets: [Int]) throws

  /// Adds up the values of all ranks in place, element by element, in whatever order the transport likes; the bits may
  /// depend on the number of ranks. What does not is `TreeReducer`.
  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws

  /// Memory of which each rank has a part of its own, of so many bytes, and the ranks of its machine use all; every rank
  /// calls it. Nil on all ranks where any of them cannot share memory.
  func shareMemory(byteCount: Int) throws -> SharedMemory?

  /// The first of `count` numbers for messages that nothing else uses, the same on all ranks, which call it alike.
  func takeTags(_ count: Int) -> Int

  /// Ends the job at once, on every rank, with this exit status; see `abort(_:alike:)`.
  func end(_ exitCode: ExitCode) -> Never

  /// Ends communication. Every rank calls it last, when all went well or all failed alike; never on its own.
  func close() throws

  /// The same, where this program is going to exit with another status than 0: ranks that only wait do so, too.
  func close(status: Int32) throws
}

extension Communicator {
  /// As many as compute.
  public var startedRanks: Int { size }

  /// Nil: exchanges are complete when their calls return.
  public var pending: PendingExchanges? { nil }

  /// Has no rank to tell of the status.
  public func close(status: Int32) throws { try close() }

  /// The ranks of this rank's machine.
  public var neighbours: [Int] { machines.first { $0.contains(rank) } ?? [rank] }

  /// Whether this is rank 0, the one that writes files and speaks to the terminal.
  public var isRoot: Bool { rank == 0 }

  /// How messages name this rank: "rank 3 on node17".
  public var name: String { "rank \(rank) on \(hostName)" }

  /// Says what went wrong on standard error and ends the job on every rank with the failure's exit code.
  ///
  /// Under MPI this is the one ending that hangs nowhere and keeps the exit code.
  /// - Parameters:
  ///   - failure: what went wrong. Where there are several ranks, "rank r on host: " stands before its message.
  ///   - alike: that every rank calls this with the same failure, as `agree` throws it: rank 0 alone prints it, as it is.
  public func abort(_ failure: Failure, alike: Bool = false) -> Never {
    if isRoot || !alike {
      complain(size > 1 && !alike ? "\(name): \(failure)" : failure.description)
    }
    // The others wait, so that rank 0 is not ended before it has printed.
    if alike { try? barrier() }
    end(failure.exitCode)
  }

  /// Traps where the layout of an allgather does not fit its buffers: a mistake of the caller, not of the user.
  func checkGather(
    _ send: UnsafeRawBufferPointer, _ receive: UnsafeMutableRawBufferPointer, _ counts: [Int],
    _ offsets: [Int]
  ) {
    precondition(counts.count == size && offsets.count == size, "an allgather needs one count and one offset a rank")
    precondition(send.count == counts[rank], "a rank sends as many bytes to an allgather as its count says")
    precondition(fits(counts, offsets, receive.count), "an allgather must lie within its receive buffer")
  }

  /// Traps where the layout of an alltoall does not fit its buffers, of such lengths.
  func checkExchange(
    _ send: Int, _ sendCounts: [Int], _ sendOffsets: [Int], _ receive: Int, _ receiveCounts: [Int],
    _ receiveOffsets: [Int]
  ) {
    for (length, counts, offsets) in [(send, sendCounts, sendOffsets), (receive, receiveCounts, receiveOffsets)] {
      precondition(counts.count == size && offsets.count == size, "an alltoall needs one count and one offset a rank")
      precondition(fits(counts, offsets, length), "an alltoall must lie within its buffers")
    }
  }

  private func fits(_ counts: [Int], _ offsets: [Int], _ length: Int) -> Bool {
    for r in 0..<size where counts[r] < 0 || offsets[r] < 0 || offsets[r] + counts[r] > length { return false }
    return true
  }
}

/// The name of this machine, or "this machine" where it has none.
func ownHostName() -> String {
  var bytes = [CChar](repeating: 0, count: 256)
  guard gethostname(&bytes, bytes.count - 1) == 0 else { return "this machine" }
  return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
