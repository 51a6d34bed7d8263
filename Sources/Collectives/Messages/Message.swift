/// The direction of a message.
public enum MessageDirection: Sendable {
  /// From this rank.
  case send
  /// To this rank.
  case receive
}

/// A message that is sent repeatedly between the same buffers of two ranks.
public protocol Message: AnyObject {
  /// Begins to send or receive. Until the message is complete, do not touch its buffer; that of a sent one may be read.
  func start() throws
  /// Whether a started message is complete; never waits.
  func isComplete() throws -> Bool
}

/// Carries messages between a rank and others. It never waits.
public protocol Messenger: AnyObject {
  /// Whether any thread may make, start and poll messages, one at a time; otherwise only the rank's own thread.
  var servesAnyThread: Bool { get }
  /// Makes a message between `buffer`, which is not empty, and a buffer of the same length on another rank.
  ///
  /// Messages from one rank to another with one tag arrive in the order in which they are started.
  func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) throws -> any Message
  /// Checks whether peers still run. Call it from time to time while waiting.
  /// - Throws: `Failure` if a peer is gone.
  func checkPeers() throws
}
