import Collectives
import Diagnostics
import Testing

@Suite struct TreeSumTests {
  /// One case: summed whole if the limit is large, in buckets if it is 0.
  struct Case: Sendable, CustomTestStringConvertible {
    var shards: Int
    var elements: Int
    var wholeLimit: Int
    var testDescription: String { "\(shards) shards, \(elements) elements, whole up to \(wholeLimit) bytes" }
  }

  static let cases = [8, 13].flatMap { shards in
    [1, 16, 17, 1000, 9001].flatMap { elements in
      [1 << 20, 0].map { Case(shards: shards, elements: elements, wholeLimit: $0) }
    }
  }

  @Test(arguments: cases) func sumsHaveTheBitsOfTheTreeOnAnyNumberOfRanks(_ sum: Case) throws {
    let tree = try ReductionTree(shards: sum.shards)
    for ranks in [1, 2, 3, 5, 7, 8] {
      let wrong = try ThreadCommunicator.run(ranks: ranks) { try countWrong($0, tree, sum) }
      #expect(wrong == Array(repeating: 0, count: ranks), "\(ranks) ranks")
    }
  }

  /// Ranks on machines: one or several each, equally many or not, in order or interleaved.
  static let machines: [[[Int]]] = [
    [[0], [1]], [[0], [1], [2]], [[0, 1], [2, 3]], [[0, 2], [1, 3]], [[0, 1, 2], [3, 4]], [[0], [1], [2], [3], [4]],
    [[0, 3, 6], [1, 4, 7], [2, 5]], [[0, 1], [2, 3], [4, 5], [6, 7]], [[0], [1], [2], [3], [4], [5], [6]],
  ]

  @Test(arguments: machines) func machinesThatExchangeMessagesGetTheSameBits(_ machines: [[Int]]) throws {
    for shards in [8, 13] {
      let tree = try ReductionTree(shards: shards)
      for (elements, wholeLimit) in [(1, 1 << 20), (1000, 1 << 20), (1000, 0), (9001, 0), (9001, 3000)] {
        let sum = Case(shards: shards, elements: elements, wholeLimit: wholeLimit)
        for isEarly in [false, true] {
          let wrong = try ThreadCommunicator.run(machines: machines) {
            try countWrong($0, tree, sum, bucketBytes: 8192, isEarly: isEarly)
          }
          #expect(wrong.allSatisfy { $0 == 0 }, "\(sum) \(wrong), early: \(isEarly)")
        }
      }
    }
  }

  /// Ranks of different speed have different shares.
  @Test(arguments: machines + [[[0, 1]], [[0, 1, 2, 3, 4]]])
  func unevenSharesGiveTheSameBits(_ machines: [[Int]]) throws {
    let ranks = machines.joined().count
    for (shards, seed) in [(8, 1), (13, 2), (32, 3), (32, 4)] {
      let tree = try ReductionTree(shards: shards).divided(by: randomShares(shards: shards, ranks: ranks, seed: seed))
      for (elements, wholeLimit) in [(1, 1 << 20), (1000, 1 << 20), (1000, 0), (9001, 0)] {
        let sum = Case(shards: shards, elements: elements, wholeLimit: wholeLimit)
        let wrong = try ThreadCommunicator.run(machines: machines) {
          try countWrong($0, tree, sum, bucketBytes: 8192, isEarly: seed.isMultiple(of: 2))
        }
        #expect(wrong.allSatisfy { $0 == 0 }, "\(sum) \(wrong), \(tree)")
      }
    }
  }

  @Test func successiveSumsDoNotMixTheirValues() throws {
    for machines in [[[0, 1, 2]], [[0, 1], [2]]] {
      let wrong = try ThreadCommunicator.run(machines: machines) { communicator in
        let tree = try ReductionTree(shards: 3)
        let reducers = try [3, 20_000].map {
          try TreeSum(SumLayout(elementCount: $0, statusCount: 1), tree: tree, communicator: communicator)
        }
        var wrong = 0
        for step in 0..<500 {
          let reducer = reducers[step % 7 == 0 ? 1 : 0]
          reducer.nodes[2] = Float(step + communicator.rank)
          reducer.status.own[0] = Double(step * communicator.rank)
          try reducer.reduce()
          wrong += reducer.result[2] == Float(3 * step + 3) && reducer.status[2][0] == Double(2 * step) ? 0 : 1
        }
        return wrong
      }
      #expect(wrong == [0, 0, 0])
    }
  }

  @Test(.timeLimit(.minutes(1))) func aFailingRankReleasesThoseThatWaitForIt() {
    for machines in [[[0, 1, 2]], [[0], [1], [2]]] {
      let failure = #expect(throws: Failure.self) {
        try ThreadCommunicator.run(machines: machines) { communicator in
          let reducer = try TreeSum(
            SumLayout(elementCount: 10), tree: ReductionTree(shards: 3), communicator: communicator)
          if communicator.rank == 1 { throw Failure(.data, "broken on rank 1") }
          try reducer.reduce()
        }
      }
      #expect(failure == Failure(.data, "broken on rank 1"))
    }
  }

  @Test func additionOrderShowsInTheBits() throws {
    // Guards the tests above: with these numbers, another order of additions has other bits.
    let tree = referenceSum(0..<8, count: 1000)
    let inOrder = (0..<1000).map { element in (0..<8).reduce(Float(0)) { $0 + sample($1, element) } }
    #expect(tree != inOrder)
  }

  @Test func aSingleRanksNodeIsTheResultWithoutACopy() throws {
    let reducer = try TreeSum(
      SumLayout(elementCount: 5, statusCount: 2), tree: ReductionTree(shards: 8), communicator: SoloCommunicator())
    reducer.nodes[4] = 0.5
    reducer.status.own[1] = 7
    try reducer.reduce()
    #expect(reducer.result == UnsafePointer(reducer.nodes))
    #expect(reducer.result[4] == 0.5)
    #expect(Array(reducer.status[0]) == [0, 7])
  }

  @Test(arguments: [1 << 20, 0]) func memoryIsAlignedToCacheLines(wholeLimit: Int) throws {
    let misaligned = try ThreadCommunicator.run(ranks: 3) { communicator in
      let reducer = try TreeSum(
        SumLayout(elementCount: 21, statusCount: 3, wholeLimit: wholeLimit), tree: ReductionTree(shards: 8),
        communicator: communicator)
      return [UnsafePointer(reducer.nodes), UnsafePointer(reducer.nodes + reducer.stride), reducer.result]
        .count { Int(bitPattern: $0) % 64 != 0 }
    }
    #expect(misaligned == [0, 0, 0])
  }

  @Test func moreRanksThanShardsIsAUsageError() {
    let failure = #expect(throws: Failure.self) {
      try ThreadCommunicator.run(ranks: 3) { communicator in
        _ = try TreeSum(
          SumLayout(elementCount: 1), tree: ReductionTree(shards: 2), communicator: communicator)
      }
    }
    #expect(failure?.exitCode == .usage)
  }
}

/// Reduces twice with the same reducer and counts the differences from the reference on this rank.
private func countWrong(
  _ communicator: any Communicator, _ tree: ReductionTree, _ sum: TreeSumTests.Case, bucketBytes: Int? = nil,
  isEarly: Bool = false
) throws -> Int {
  let reducer = try TreeSum(
    SumLayout(
      elementCount: sum.elements, statusCount: 2, wholeLimit: sum.wholeLimit, bucketBytes: bucketBytes),
    tree: tree, communicator: communicator)
  var wrong = 0
  for step in 0..<2 {
    let vectors = reducer.local.nodes.map { referenceSum($0, count: sum.elements, step: step) }
    // In stretches from the end, each written before `advance` is called.
    var end = sum.elements
    while end > 0 {
      let start = isEarly ? max(0, end - 700) : 0
      for (k, vector) in vectors.enumerated() {
        for i in start..<end { reducer.nodes[k * reducer.stride + i] = vector[i] }
      }
      if isEarly { try reducer.advance(writtenFrom: start) }
      end = start
    }
    reducer.status.own[0] = Double(communicator.rank)
    reducer.status.own[1] = Double(step)
    try reducer.reduce()
    let expected = referenceSum(0..<tree.shardCount, count: sum.elements, step: step)
    wrong += expected.indices.count { expected[$0].bitPattern != reducer.result[$0].bitPattern }
    wrong += (0..<communicator.size).count {
      Array(reducer.status[$0]) != [Double($0), Double(step)]
    }
  }
  return wrong
}
