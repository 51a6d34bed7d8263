/// The direction of a message.
public enum MessageDirection: Sendable {
  /// From this rank.
  case send
  /// To this rank.
  case receive
}

/// A message that is sent repeatedly between the same buffers of two ranks.
public protocol Message: AnyObject {
  /// Begins to send or receive. Until the message is complete, do not touch its buffer; a sent one may be read.
  func start() throws
  /// Whether a started message is complete; never waits.
  func isComplete() throws -> Bool
}

/// Carries messages between a rank and others without ever waiting.
public protocol Messenger: AnyObject {
  /// Whether any thread may make, start and poll messages, one thread at a time; else only the rank's own.
  var servesAnyThread: Bool { get }
  /// Makes a message between `buffer`, which is not empty, and a buffer of another rank.
  ///
  /// Messages of one rank to another under one tag arrive in the order in which they are started. The lengths are equal on
  /// both sides.
  func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) throws -> any Message
  /// Poll while waiting.
  /// - Throws: `Failure` if a peer is gone.
  func checkPeers() throws
}
