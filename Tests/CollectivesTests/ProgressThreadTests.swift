import Diagnostics
import Foundation
import Synchronization
import Testing

@testable import Collectives

@Suite struct ProgressThreadTests {
  /// Gradients move while their rank computes: the sum is there before the rank waits for it.
  @Test(.timeLimit(.minutes(1))) func sumsArriveWhileRanksCompute() throws {
    let elements = 9000
    let isThere = try ThreadCommunicator.run(machines: [[0], [1]]) { communicator in
      let sum = try TreeSum(
        SumLayout(elementCount: elements, statusCount: 1, wholeLimit: 0, bucketBytes: 4096),
        tree: ReductionTree(shards: 2), communicator: communicator)
      var found: [Bool] = []
      for step in 1...3 {
        for index in 0..<elements { sum.nodes[index] = Float(step * (communicator.rank + 1)) }
        try sum.advance(writtenFrom: elements / 2)
        let deadline = Date(timeIntervalSinceNow: 30)
        func isSummed(_ index: Int) -> Bool { sum.result[index] == Float(3 * step) }
        while !(isSummed(elements - 1) && isSummed(elements / 2 + 1024)), Date() < deadline { usleep(1000) }
        found.append(isSummed(elements - 1) && isSummed(elements / 2 + 1024) && !isSummed(0))
        try sum.reduce()
        found.append((0..<elements).allSatisfy(isSummed))
      }
      return found.allSatisfy { $0 }
    }
    #expect(isThere == [true, true])
  }

  @Test(.timeLimit(.minutes(1))) func itOnlyPollsWhileMessagesArePending() throws {
    let looks = Mutex(0)
    let progress = try ProgressThread {
      looks.withLock {
        $0 += 1
        return $0.isMultiple(of: 5)
      }
    }
    defer { progress.end() }
    for round in 1...3 {
      try progress.resume {}
      while progress.isLooking { usleep(100) }
      usleep(5000)
      #expect(looks.withLock { $0 } == 5 * round)
    }
    try progress.resume {}
    try progress.pause()
    let paused = looks.withLock { $0 }
    usleep(5000)
    #expect(looks.withLock { $0 } == paused)
  }

  @Test(.timeLimit(.minutes(1))) func pauseThrowsTheErrorOfTheThread() throws {
    let progress = try ProgressThread { throw Failure(.system, "the network is down") }
    defer { progress.end() }
    try progress.resume {}
    while progress.isLooking { usleep(100) }
    #expect(throws: Failure(.system, "the network is down")) { try progress.pause() }
    // It is thrown only once.
    try progress.pause()
  }
}
