import Testing

@testable import Collectives

@Suite struct GatherTests {
  @Test(arguments: [1, 2, 5]) func listsOfAnyLengthAreGatheredByRank(ranks: Int) throws {
    let wanted = (0..<ranks).map { [UInt16](repeating: UInt16($0), count: $0 * 2) }
    let gathered = try ThreadCommunicator.run(ranks: ranks) { try $0.gather(wanted[$0.rank]) }
    #expect(gathered.allSatisfy { $0 == wanted })
    let single = try ThreadCommunicator.run(ranks: ranks) { try $0.gather(Double($0.rank) / 2) }
    #expect(single.allSatisfy { $0 == (0..<ranks).map { Double($0) / 2 } })
  }

  @Test(arguments: [1, 2, 5]) func valuesCanBeGatheredOnRankZeroAlone(ranks: Int) throws {
    let counts = (0..<ranks).map { 3 - $0 % 3 }
    let gathered = try ThreadCommunicator.run(ranks: ranks) {
      try $0.gatherOnRoot([Int](repeating: $0.rank, count: counts[$0.rank]), counts: counts)
    }
    #expect(gathered[0] == counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) })
    #expect(gathered.dropFirst().allSatisfy { $0.isEmpty })
  }

  @Test(arguments: [0, 2]) func bytesOfOneRankReachAll(root: Int) throws {
    for bytes in [[], [1, 2, 3]] as [[UInt8]] {
      let received = try ThreadCommunicator.run(ranks: 3) { communicator in
        try communicator.broadcast(communicator.rank == root ? bytes : [9], from: root)
      }
      #expect(received == [bytes, bytes, bytes])
    }
  }

  /// In shared memory, in messages, and both; repeatedly.
  @Test(arguments: [[[0]], [[0, 1, 2]], [[0], [1]], [[0, 1], [2, 3], [4]]])
  func statusWordsAreExchangedWithoutASum(machines: [[Int]]) throws {
    let ranks = machines.joined().count
    let wrong = try ThreadCommunicator.run(machines: machines) { communicator in
      let exchange = try StatusExchange(count: 2, communicator: communicator)
      var wrong = 0
      for step in 0..<20 {
        exchange.status.own[1] = Double(step * communicator.rank)
        try exchange.run()
        wrong += (0..<ranks).count { Array(exchange.status[$0]) != [0, Double(step * $0)] }
      }
      return wrong
    }
    #expect(wrong.allSatisfy { $0 == 0 })
  }
}
