/// At most one message to or from each machine. An exchange starts each message once.
final class MessageRow {
  private let messages: [(any Message)?]
  private var completed = 0

  init(_ messages: [(any Message)?]) {
    self.messages = messages
  }

  /// Starts a message. The first start after all are complete begins a new round.
  func start(_ index: Int) throws {
    if completed == messages.count { completed = 0 }
    try messages[index]?.start()
  }

  /// Starts all messages.
  func start() throws {
    for index in messages.indices { try start(index) }
  }

  /// Whether all messages are complete. Calls `each` once for each message as it completes, in order.
  func areComplete(each: (Int) -> Void = { _ in }) throws -> Bool {
    while completed < messages.count {
      guard try messages[completed]?.isComplete() ?? true else { return false }
      each(completed)
      completed += 1
    }
    return true
  }
}
