/// At most one message to or from each of some machines; all go once in an exchange.
final class MessageRow {
  private let messages: [(any Message)?]
  private var completed = 0

  init(_ messages: [(any Message)?]) {
    self.messages = messages
  }

  /// Starts one. The first to be started after all were complete begins another round.
  func start(_ index: Int) throws {
    if completed == messages.count { completed = 0 }
    try messages[index]?.start()
  }

  /// Starts all.
  func start() throws {
    for index in messages.indices { try start(index) }
  }

  /// Whether all that were started are complete. Continues where it stopped the last time, and calls `each` once for each.
  func areComplete(each: (Int) -> Void = { _ in }) throws -> Bool {
    while completed < messages.count {
      guard try messages[completed]?.isComplete() ?? true else { return false }
      each(completed)
      completed += 1
    }
    return true
  }
}
