import Diagnostics
import Foundation

/// The ranks of a job and what they do together.
///
/// Every rank calls the same operations in the same order, each from one thread. All lengths and offsets are bytes.
/// The operations throw a `Failure` if the transport fails; the job must then end by `abort`.
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
  /// The number of processors of this rank's machine that the ranks leave idle, for each rank.
  var idleProcessors: Int { get }
  /// The number of ranks that were started: `size`, and those that only wait for the end because no processor is left.
  var startedRanks: Int { get }

  /// Exchanges that `close` completes first; nil if every exchange is complete when its call returns.
  var pending: PendingExchanges? { get }

  /// Waits until every rank has called it.
  func barrier() throws

  /// Copies the root's buffer into every other rank's; equal lengths on all ranks.
  func broadcast(_ buffer: UnsafeMutableRawBufferPointer, root: Int) throws

  /// Every rank gives `counts[rank]` bytes, and gets those of each rank r at `offsets[r]` of `receive`.
  ///
  /// `counts` and `offsets` have one entry per rank and are equal on all ranks. The send buffer is either the rank's own
  /// place in `receive`, so that nothing is copied there, or lies outside `receive`.
  func allgather(
    _ send: UnsafeRawBufferPointer, into receive: UnsafeMutableRawBufferPointer, counts: [Int], offsets: [Int]) throws

  /// Sends `sendCounts[r]` bytes at `sendOffsets[r]` to each rank r, whose bytes arrive at `receiveOffsets[r]`.
  ///
  /// A rank expects from another as many bytes as that one sends. The two buffers do not overlap.
  func alltoall(
    _ send: UnsafeRawBufferPointer, sendCounts: [Int], sendOffsets: [Int],
    into receive: UnsafeMutableRawBufferPointer, receiveCounts: [Int], receiveOffsets: [Int]) throws

  /// Adds up the values of all ranks in place, element by element, in the transport's own order; the bits may depend on the
  /// number of ranks. For the same bits use `TreeSum`.
  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws

  /// Memory that the ranks of a machine share, with an area of `byteCount` bytes for this rank; every rank calls it. Nil on
  /// all ranks if any of them cannot share memory.
  func shareMemory(byteCount: Int) throws -> SharedMemory?

  /// The same, but bytes must be reserved (`SharedMemory.reserve`) before they are touched. So the memory may be larger than
  /// what will be used of it.
  func shareGrowingMemory(byteCount: Int) throws -> SharedMemory?

  /// Reserves `count` consecutive message tags and returns the first; all ranks call it alike and get the same.
  func takeTags(_ count: Int) -> Int

  /// Divides the ranks into groups by number, and runs `body` with the communicator of this rank's group.
  ///
  /// Every rank calls it. Within `body` only the group's communicator may be used; its ranks are numbered anew, in the same
  /// order. Groups do not wait for each other. If `body` throws, the job must end by `abort`.
  func divided<T>(into group: Int, _ body: (any Communicator) throws -> T) throws -> T

  /// Ends the job at once, on every rank, with this exit status; see `abort(_:alike:)`.
  func end(_ exitCode: ExitCode) -> Never

  /// Ends communication. Every rank calls it last, after success or the same failure on all ranks; never one alone.
  func close() throws

  /// The same, if this program is going to exit with `status`: so do the ranks that only wait.
  func close(status: Int32) throws
}

extension Communicator {
  /// `size`: all ranks compute.
  public var startedRanks: Int { size }

  /// 0: not known.
  public var idleProcessors: Int { 0 }

  /// Memory that is reserved at once.
  public func shareGrowingMemory(byteCount: Int) throws -> SharedMemory? { try shareMemory(byteCount: byteCount) }

  /// Nil: exchanges are complete when their calls return.
  public var pending: PendingExchanges? { nil }

  /// Ignores the status: no rank waits.
  public func close(status: Int32) throws { try close() }

  /// The ranks of this rank's machine.
  public var neighbours: [Int] { machines.first { $0.contains(rank) } ?? [rank] }

  /// Whether this is rank 0, which writes files and to the terminal.
  public var isRoot: Bool { rank == 0 }

  /// This rank's name in messages: "rank 3 on node17".
  public var name: String { "rank \(rank) on \(hostName)" }

  /// Prints a failure on standard error and ends the job on every rank with the failure's exit code.
  ///
  /// Under MPI no other way to end neither hangs nor loses the exit code.
  /// - Parameters:
  ///   - failure: what went wrong. With several ranks, "rank r on host: " stands before its message.
  ///   - alike: whether every rank calls this with the same failure, as `agree` throws it. Rank 0 alone prints it then,
  ///     without a rank's name.
  public func abort(_ failure: Failure, alike: Bool = false) -> Never {
    if isRoot || !alike {
      complain(size > 1 && !alike ? "\(name): \(failure)" : failure.description)
    }
    // The others wait, so that rank 0 is not ended before it has printed.
    if alike { try? barrier() }
    end(failure.exitCode)
  }

  /// Traps if the layout of an allgather does not fit its buffers: a mistake of the caller, not of the user.
  func checkGather(
    _ send: UnsafeRawBufferPointer, _ receive: UnsafeMutableRawBufferPointer, _ counts: [Int],
    _ offsets: [Int]
  ) {
    precondition(counts.count == size && offsets.count == size, "an allgather needs one count and one offset per rank")
    precondition(send.count == counts[rank], "a rank sends as many bytes to an allgather as its count says")
    precondition(fits(counts, offsets, receive.count), "an allgather must lie within its receive buffer")
  }

  /// Traps if the layout of an alltoall does not fit its buffers of these lengths.
  func checkExchange(
    _ send: Int, _ sendCounts: [Int], _ sendOffsets: [Int], _ receive: Int, _ receiveCounts: [Int],
    _ receiveOffsets: [Int]
  ) {
    for (length, counts, offsets) in [(send, sendCounts, sendOffsets), (receive, receiveCounts, receiveOffsets)] {
      precondition(counts.count == size && offsets.count == size, "an alltoall needs one count and one offset per rank")
      precondition(fits(counts, offsets, length), "an alltoall must lie within its buffers")
    }
  }

  private func fits(_ counts: [Int], _ offsets: [Int], _ length: Int) -> Bool {
    for r in 0..<size where counts[r] < 0 || offsets[r] < 0 || offsets[r] + counts[r] > length { return false }
    return true
  }
}

/// The name of this machine, or "this machine" if it has none.
func ownHostName() -> String {
  var bytes = [CChar](repeating: 0, count: 256)
  guard gethostname(&bytes, bytes.count - 1) == 0 else { return "this machine" }
  return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
