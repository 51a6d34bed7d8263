import Foundation

/// Messages between ranks in one process, which are threads or take turns.
///
/// A message is copied from buffer to buffer as soon as both sides have started it; then both are complete.
package final class Mailboxes: @unchecked Sendable {
  fileprivate struct Route: Hashable {
    let from, to, tag: Int
  }

  /// The messages between two ranks with one tag that only one side has started, oldest first.
  fileprivate final class Box {
    private(set) var open: [MailboxMessage] = []

    init() {
      // An exchange has at most two messages at a time, nodes and their sum, so nothing is allocated later.
      open.reserveCapacity(4)
    }

    /// Copies if the other side has started, otherwise keeps the message until it does.
    func meet(_ message: MailboxMessage) {
      guard let other = open.first, other.direction != message.direction else { return open.append(message) }
      open.removeFirst()
      let (source, target) = message.direction == .send ? (message, other) : (other, message)
      precondition(source.buffer.count == target.buffer.count, "a rank expects what the other sends")
      copy(UnsafeRawBufferPointer(source.buffer), 0, to: target.buffer, 0, count: source.buffer.count)
      other.isDone = true
      message.isDone = true
    }
  }

  // The lock guards everything here and in the boxes and messages.
  fileprivate let lock = NSLock()
  private var boxes: [Route: Box] = [:]
  private var count = 0
  private var bytes = 0

  /// Empty boxes.
  package init() {}

  /// The messages sent so far.
  package var sentCount: Int { lock.withLock { count } }

  /// The bytes sent so far.
  package var sentBytes: Int { lock.withLock { bytes } }

  /// Carries the messages of one rank.
  package func messenger(ofRank rank: Int) -> any Messenger { MailboxMessenger(rank: rank, mailboxes: self) }

  fileprivate func box(_ route: Route) -> Box {
    lock.withLock {
      if let box = boxes[route] { return box }
      let box = Box()
      boxes[route] = box
      return box
    }
  }

  fileprivate func start(_ message: MailboxMessage, in box: Box) {
    lock.withLock {
      message.isDone = false
      if message.direction == .send {
        count += 1
        bytes += message.buffer.count
      }
      box.meet(message)
    }
  }

  fileprivate func isDone(_ message: MailboxMessage) -> Bool { lock.withLock { message.isDone } }
}

private final class MailboxMessenger: Messenger {
  private let rank: Int
  private let mailboxes: Mailboxes

  init(rank: Int, mailboxes: Mailboxes) {
    self.rank = rank
    self.mailboxes = mailboxes
  }

  func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) -> any Message {
    let ends = direction == .send ? (from: rank, to: peer) : (from: peer, to: rank)
    let box = mailboxes.box(Mailboxes.Route(from: ends.from, to: ends.to, tag: tag))
    return MailboxMessage(direction, buffer, box: box, mailboxes: mailboxes)
  }

  let servesAnyThread = true

  func checkPeers() {}
}

private final class MailboxMessage: Message {
  let direction: MessageDirection
  let buffer: UnsafeMutableRawBufferPointer
  var isDone = true
  private let box: Mailboxes.Box
  private let mailboxes: Mailboxes

  init(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, box: Mailboxes.Box, mailboxes: Mailboxes
  ) {
    precondition(!buffer.isEmpty, "a message has bytes")
    self.direction = direction
    self.buffer = buffer
    self.box = box
    self.mailboxes = mailboxes
  }

  func start() { mailboxes.start(self, in: box) }

  func isComplete() -> Bool { mailboxes.isDone(self) }
}
