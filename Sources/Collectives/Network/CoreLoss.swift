import CKernels

/// Measures the time that a computing rank loses to messages: its core also copies them and runs the system's network stack.
struct CoreLoss {
  /// The bytes of a message, the messages each way in a round, and the rounds.
  private static let (messageBytes, messageCount, rounds) = (1 << 20, 2, 3)
  /// The units of work in a measurement of one unit's time.
  private static let calibration = 100

  private let communicator: any Communicator
  private let work: Work

  init(_ communicator: any Communicator) {
    self.communicator = communicator
    work = Work()
  }

  /// Seconds for each byte sent or received: the median of several rounds with a peer. Nil if messages do not move while
  /// ranks compute.
  func measure(with peer: Int, tag: Int) throws -> Double? {
    guard communicator.servesAnyThread, !communicator.isOversubscribed else { return nil }
    let memory = SharedMemory(byteCounts: Array(repeating: Self.messageBytes, count: 2 * Self.messageCount))
    let messages = try memory.areas.enumerated().map { index, area in
      try communicator.message(
        index < Self.messageCount ? .receive : .send, area, peer: peer, tag: tag)
    }
    let unit =
      (0..<Self.rounds).map { _ in
        seconds { for _ in 0..<Self.calibration { work.run() } } / Double(Self.calibration)
      }.min() ?? 0

    var open = 0
    let background = try ProgressThread {
      while open < messages.count, try messages[open].isComplete() { open += 1 }
      return open == messages.count
    }
    defer { background.end() }
    let losses = try (0..<Self.rounds).map { _ in
      var units = 0
      let elapsed = try seconds {
        try background.resume {
          open = 0
          for message in messages { try message.start() }
        }
        while background.isLooking {
          work.run()
          units += 1
        }
        try background.pause()
      }
      return max(0, elapsed - Double(units) * unit)
    }
    return losses.sorted()[Self.rounds / 2] / Double(2 * Self.messageCount * Self.messageBytes)
  }
}

/// A unit of work that takes a few microseconds.
private final class Work {
  private static let (length, passes) = (4096, 8)
  private let values = allocateFloats(Work.length)

  deinit {
    values.deallocate()
  }

  func run() {
    for _ in 0..<Self.passes { dpt_add(values, values, values, Self.length) }
  }
}
