import Diagnostics
import Foundation
import Synchronization
import Testing

@testable import Collectives

@Suite struct BackgroundProgressTests {
  /// Gradients move while their rank computes: the sum of what is written is there before anybody asks for it.
  @Test(.timeLimit(.minutes(1))) func sumsAppearWhileRanksDoSomethingElse() throws {
    let elements = 9000
    let isThere = try ThreadCommunicator.run(machines: [[0], [1]]) { communicator in
      let reducer = try TreeReducer(
        communicator: communicator, tree: ReductionTree(shards: 2), elementCount: elements, controlCount: 1,
        wholeLimit: 0, bucketBytes: 4096)
      var found: [Bool] = []
      for step in 1...3 {
        for index in 0..<elements { reducer.nodes[index] = Float(step * (communicator.rank + 1)) }
        try reducer.advance(writtenFrom: elements / 2)
        let deadline = Date(timeIntervalSinceNow: 30)
        func isSummed(_ index: Int) -> Bool { reducer.result[index] == Float(3 * step) }
        while !(isSummed(elements - 1) && isSummed(elements / 2 + 1024)), Date() < deadline { usleep(1000) }
        found.append(isSummed(elements - 1) && isSummed(elements / 2 + 1024) && !isSummed(0))
        try reducer.reduce()
        found.append((0..<elements).allSatisfy(isSummed))
      }
      return found.allSatisfy { $0 }
    }
    #expect(isThere == [true, true])
  }

  @Test(.timeLimit(.minutes(1))) func itLooksOnlyWhileThereIsSomethingToWaitFor() throws {
    let looks = Mutex(0)
    let progress = try BackgroundProgress {
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

  @Test(.timeLimit(.minutes(1))) func whatItComesUponIsThrownByPause() throws {
    let progress = try BackgroundProgress { throw Failure(.system, "the network is down") }
    defer { progress.end() }
    try progress.resume {}
    while progress.isLooking { usleep(100) }
    #expect(throws: Failure(.system, "the network is down")) { try progress.pause() }
    // Once.
    try progress.pause()
  }
}
