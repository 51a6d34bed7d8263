import CMPIShim

/// The operations that all ranks call together; see `Communicator`.
extension MPICommunicator {
  /// Waits until every rank has called it.
  public func barrier() throws {
    try Self.check(dpt_mpi_barrier(), "barrier")
  }

  /// Copies the root's buffer into every other rank's.
  public func broadcast(_ buffer: UnsafeMutableRawBufferPointer, root: Int) throws {
    precondition(root >= 0 && root < size, "the root of a broadcast is a rank")
    try Self.check(dpt_mpi_broadcast(buffer.baseAddress, buffer.count, Int32(root)), "broadcast")
  }

  /// Gives every rank the bytes of all; see `Communicator`.
  public func allgather(
    _ send: UnsafeRawBufferPointer, into receive: UnsafeMutableRawBufferPointer, counts: [Int], offsets: [Int]
  ) throws {
    checkGather(send, receive, counts, offsets)
    try Self.check(dpt_mpi_allgather(send.baseAddress, receive.baseAddress, counts, offsets), "allgather")
  }

  /// Exchanges bytes between every pair of ranks; see `Communicator`.
  public func alltoall(
    _ send: UnsafeRawBufferPointer, sendCounts: [Int], sendOffsets: [Int],
    into receive: UnsafeMutableRawBufferPointer, receiveCounts: [Int], receiveOffsets: [Int]
  ) throws {
    checkExchange(send.count, sendCounts, sendOffsets, receive.count, receiveCounts, receiveOffsets)
    try Self.check(
      dpt_mpi_alltoall(
        send.baseAddress, sendCounts, sendOffsets, receive.baseAddress, receiveCounts, receiveOffsets), "alltoall")
  }

  /// MPI_Allreduce.
  public func sum(_ values: UnsafeMutableBufferPointer<Float>) throws {
    try Self.check(dpt_mpi_sum(values.baseAddress, values.count), "allreduce")
  }
}
