import Collectives
import Diagnostics
import Testing

@Suite struct ThreadCommunicatorTests {
  @Test func resultsAreInTheOrderOfRanks() throws {
    #expect(try ThreadCommunicator.run(ranks: 5) { $0.rank * 10 + $0.size } == [5, 15, 25, 35, 45])
  }

  @Test(arguments: [1, 2, 5]) func broadcastGivesTheRootsBytesToAll(ranks: Int) throws {
    for root in 0..<ranks {
      let bytes = try ThreadCommunicator.run(ranks: ranks) { communicator in
        var bytes = [UInt8](repeating: UInt8(communicator.rank), count: 9)
        try bytes.withUnsafeMutableBytes { try communicator.broadcast($0, root: root) }
        return bytes
      }
      #expect(bytes.allSatisfy { $0 == Array(repeating: UInt8(root), count: 9) })
    }
  }

  /// Ranks 0, 2 and 4 are one group, 1 and 3 the other; machines are divided with them.
  @Test func groupsComputeApart() throws {
    let seen = try ThreadCommunicator.run(machines: [[0, 1, 2], [3, 4]]) { communicator in
      let groups = try (0..<2).map { _ in
        try communicator.divided(into: communicator.rank % 2) { ($0.machines, try $0.gather(communicator.rank)) }
      }
      return groups.map { "\($0) \($1)" } + ["\(try communicator.gather(communicator.rank))"]
    }
    let (even, odd) = ("[[0, 1], [2]] [0, 2, 4]", "[[0], [1]] [1, 3]")
    let all = "[0, 1, 2, 3, 4]"
    #expect(seen == [even, odd, even, odd, even].map { [$0, $0, all] })
  }

  @Test func aRankThatFailsReleasesItsGroup() {
    #expect(throws: Failure(.data, "broken on purpose")) {
      try ThreadCommunicator.run(ranks: 3) { communicator in
        try communicator.divided(into: communicator.rank / 2) { part in
          if communicator.rank == 1 { throw Failure(.data, "broken on purpose") }
          if part.size > 1 { try part.barrier() }
        }
      }
    }
  }

  @Test(arguments: [1, 2, 5]) func allgatherPutsPartsInPlaceAndKeepsGaps(ranks: Int) throws {
    let counts = (0..<ranks).map { $0 == 1 ? 0 : $0 + 1 }
    let offsets = (0..<ranks).map { 7 * $0 + 1 }
    var expected = [UInt8](repeating: 0, count: 7 * ranks)
    for r in 0..<ranks { for i in 0..<counts[r] { expected[offsets[r] + i] = UInt8(r + 100) } }
    let gathered = try ThreadCommunicator.run(ranks: ranks) { communicator in
      let send = [UInt8](repeating: UInt8(communicator.rank + 100), count: counts[communicator.rank])
      var all = [UInt8](repeating: 0, count: 7 * communicator.size)
      try send.withUnsafeBytes { out in
        try all.withUnsafeMutableBytes { try communicator.allgather(out, into: $0, counts: counts, offsets: offsets) }
      }
      return all
    }
    #expect(gathered.allSatisfy { $0 == expected })
  }

  @Test(arguments: [1, 2, 5]) func alltoallDeliversEachPairsBytes(ranks: Int) throws {
    let right = try ThreadCommunicator.run(ranks: ranks) { communicator in
      let rank = communicator.rank
      // Rank a sends a + 2b bytes to b, each saying from whom to whom.
      let sendCounts = (0..<ranks).map { rank + 2 * $0 }
      let receiveCounts = (0..<ranks).map { $0 + 2 * rank }
      let sendOffsets = sendCounts.indices.map { sendCounts[..<$0].reduce(0, +) }
      let receiveOffsets = receiveCounts.indices.map { receiveCounts[..<$0].reduce(0, +) }
      let send = (0..<ranks).flatMap { [UInt8](repeating: UInt8(rank * 16 + $0), count: sendCounts[$0]) }
      var received = [UInt8](repeating: 0xFF, count: receiveCounts.reduce(0, +))
      try send.withUnsafeBytes { out in
        try received.withUnsafeMutableBytes {
          try communicator.alltoall(
            out, sendCounts: sendCounts, sendOffsets: sendOffsets, into: $0, receiveCounts: receiveCounts,
            receiveOffsets: receiveOffsets)
        }
      }
      return received == (0..<ranks).flatMap { [UInt8](repeating: UInt8($0 * 16 + rank), count: receiveCounts[$0]) }
    }
    #expect(right.allSatisfy { $0 })
  }

  @Test(.timeLimit(.minutes(1))) func anErrorOnOneRankReleasesTheOthersAndIsThrown() throws {
    let failure = #expect(throws: Failure.self) {
      try ThreadCommunicator.run(ranks: 4) { communicator in
        if communicator.rank == 2 { throw Failure(.data, "broken on rank 2") }
        for _ in 0..<3 { try communicator.barrier() }
      }
    }
    #expect(failure == Failure(.data, "broken on rank 2"))
  }

  @Test(.timeLimit(.minutes(1))) func aRankThatEndsEarlyReleasesTheOthersWithAnError() throws {
    let failure = #expect(throws: Failure.self) {
      try ThreadCommunicator.run(ranks: 3) { communicator in
        if communicator.rank == 1 { return }
        try communicator.barrier()
      }
    }
    #expect(failure?.message == "rank 1 ended while other ranks waited for it")
  }
}
