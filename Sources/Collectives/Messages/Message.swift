/// Which way a message goes.
public enum MessageDirection: Sendable {
  /// From this rank.
  case send
  /// To this rank.
  case receive
}

/// A message that goes again and again between the same places of two ranks.
public protocol Message: AnyObject {
  /// Begins to send or receive; until the message is complete its buffer is not to be touched, or a sent one changed.
  func start() throws
  /// Whether a started message is complete; never waits.
  func isComplete() throws -> Bool
}

/// Carries messages between a rank and others without ever waiting.
public protocol Messenger: AnyObject {
  /// Whether other threads than the rank's own may make, start and look after messages, one thread at a time.
  var servesAnyThread: Bool { get }
  /// Makes a message between `buffer`, which is not empty, and another rank's.
  ///
  /// What one rank sends to another under a tag the other receives in the order in which it was started. The lengths are
  /// equal on both sides.
  func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) throws -> any Message
  /// Called from time to time by a rank that waits; throws where it waits in vain.
  func lookAfterPeers() throws
}
