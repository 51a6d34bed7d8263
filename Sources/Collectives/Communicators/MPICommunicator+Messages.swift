import CMPIShim

extension MPICommunicator {
  /// The next numbers, from the start again when they are used up: by then the first ones' messages have arrived.
  public func takeTags(_ count: Int) -> Int {
    if tags + count > Self.tagLimit { tags = 0 }
    defer { tags += count }
    return tags
  }

  /// MPI lets every implementation have 32,767 tags.
  private static let tagLimit = 32_767

  /// A persistent request of MPI.
  public func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) throws -> any Message {
    try MPIMessage(direction, buffer, peer: peer, tag: tag)
  }

  /// If the MPI allows it (MPI_THREAD_SERIALIZED).
  public var servesAnyThread: Bool { dpt_mpi_serves_any_thread() }

  /// Lets MPI notice incoming messages, such as the end of the job.
  public func checkPeers() throws {
    try Self.check(dpt_mpi_progress(), "progress")
  }
}

/// A message between two processes.
private final class MPIMessage: Message {
  private let handle: OpaquePointer

  init(_ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int) throws {
    guard let start = buffer.baseAddress, buffer.count > 0 else { preconditionFailure("a message has bytes") }
    var made: OpaquePointer?
    try MPICommunicator.check(
      dpt_mpi_message_create(direction == .send, start, buffer.count, Int32(peer), Int32(tag), &made), "message")
    guard let made else { preconditionFailure("MPI made no message") }
    handle = made
  }

  deinit {
    dpt_mpi_message_free(handle)
  }

  func start() throws {
    try MPICommunicator.check(dpt_mpi_message_start(handle), "message")
  }

  func isComplete() throws -> Bool {
    var isComplete = false
    try MPICommunicator.check(dpt_mpi_message_test(handle, &isComplete), "message")
    return isComplete
  }
}
