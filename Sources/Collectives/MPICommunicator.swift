import CMPIShim
import Diagnostics
import Foundation

/// The ranks that an MPI launcher started. One object a process; all calls from the thread that made it.
public final class MPICommunicator: Communicator {
  /// This process's rank in the job.
  public let rank: Int
  /// The number of processes in the job.
  public let size: Int
  /// The name of this machine.
  public let hostName = ownHostName()

  /// Starts MPI, and makes standard output flush at every line, since under a launcher it is a pipe.
  ///
  /// Throws a `Failure` with MPI's own message where MPI does not start. Without a launcher use `SoloCommunicator`:
  /// it needs no MPI and starts sooner.
  public init() throws {
    let code = dpt_mpi_init()
    guard code == 0 else {
      throw Failure(
        .unavailable, "MPI does not start: \(Self.text(of: code))",
        advice: "The program was built with \(Launch.mpiVersion ?? "no MPI"); start it with that MPI's mpirun.")
    }
    dpt_mpi_line_buffer_stdout()
    rank = Int(dpt_mpi_rank())
    size = Int(dpt_mpi_size())
  }

  /// Waits until every rank has come here.
  public func barrier() throws {
    try check(dpt_mpi_barrier(), "barrier")
  }

  /// Copies the root's buffer into every other rank's.
  public func broadcast(_ buffer: UnsafeMutableRawBufferPointer, root: Int) throws {
    precondition(root >= 0 && root < size, "the root of a broadcast is a rank")
    try check(dpt_mpi_broadcast(buffer.baseAddress, buffer.count, Int32(root)), "broadcast")
  }

  /// Gives every rank the bytes of all; see `Communicator`.
  public func allgather(
    _ send: UnsafeRawBufferPointer, into receive: UnsafeMutableRawBufferPointer, counts: [Int], offsets: [Int]
  ) throws {
    checkGather(send, receive, counts, offsets)
    try check(dpt_mpi_allgather(send.baseAddress, receive.baseAddress, counts, offsets), "allgather")
  }

  /// Exchanges bytes between every pair of ranks; see `Communicator`.
  public func alltoall(
    _ send: UnsafeRawBufferPointer, sendCounts: [Int], sendOffsets: [Int],
    into receive: UnsafeMutableRawBufferPointer, receiveCounts: [Int], receiveOffsets: [Int]
  ) throws {
    checkExchange(send.count, sendCounts, sendOffsets)
    checkExchange(receive.count, receiveCounts, receiveOffsets)
    try check(
      dpt_mpi_alltoall(
        send.baseAddress, sendCounts, sendOffsets, receive.baseAddress, receiveCounts, receiveOffsets), "alltoall")
  }

  /// Ends every rank by MPI_Abort.
  public func end(_ exitCode: ExitCode) -> Never { dpt_mpi_abort(exitCode.rawValue) }

  /// Ends MPI. Every rank must come here; a rank alone would wait for ever.
  public func close() throws {
    try check(dpt_mpi_finalize(), "finalize")
  }

  private func check(_ code: Int32, _ operation: String) throws {
    guard code != 0 else { return }
    throw Failure(.system, "MPI \(operation) failed: \(Self.text(of: code))")
  }

  private static func text(of code: Int32) -> String {
    var bytes = [CChar](repeating: 0, count: 1024)
    dpt_mpi_error_string(code, &bytes, bytes.count)
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
