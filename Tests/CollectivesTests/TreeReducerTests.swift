import Collectives
import Diagnostics
import Testing

@Suite struct TreeReducerTests {
  /// One case: gathered whole where the limit is large, in slices where it is 0.
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

  @Test(arguments: cases) func everyRankGetsTheBitsOfTheTreeOnAnyNumberOfRanks(_ sum: Case) throws {
    let tree = try ReductionTree(shards: sum.shards)
    for ranks in [1, 2, 3, 5, 7, 8] {
      let wrong = try ThreadCommunicator.run(ranks: ranks) { try countWrong($0, tree, sum) }
      #expect(wrong == Array(repeating: 0, count: ranks), "\(ranks) ranks")
    }
  }

  @Test func additionOrderShowsInTheBits() throws {
    // Guards the test above: with these numbers another order of additions gives other bits.
    let tree = referenceSum(0..<8, count: 1000)
    let inOrder = (0..<1000).map { element in (0..<8).reduce(Float(0)) { $0 + sample($1, element) } }
    #expect(tree != inOrder)
  }

  @Test func aSingleRankTakesItsNodeAsTheResultWithoutACopy() throws {
    let reducer = try TreeReducer(
      communicator: SoloCommunicator(), tree: ReductionTree(shards: 8), elementCount: 5, controlCount: 2)
    reducer.nodes[4] = 0.5
    reducer.control[1] = 7
    try reducer.reduce()
    #expect(reducer.result == reducer.nodes)
    #expect(reducer.result[4] == 0.5)
    #expect(Array(reducer.controls) == [0, 7])
  }

  @Test(arguments: [1 << 20, 0]) func memoryIsAlignedToCacheLines(wholeLimit: Int) throws {
    let misaligned = try ThreadCommunicator.run(ranks: 3) { communicator in
      let reducer = try TreeReducer(
        communicator: communicator, tree: ReductionTree(shards: 8), elementCount: 21, controlCount: 3,
        wholeLimit: wholeLimit)
      return [reducer.nodes, reducer.nodes + reducer.stride, reducer.result].count { Int(bitPattern: $0) % 64 != 0 }
    }
    #expect(misaligned == [0, 0, 0])
  }

  @Test func moreRanksThanShardsIsAUsageError() {
    let failure = #expect(throws: Failure.self) {
      try ThreadCommunicator.run(ranks: 3) { communicator in
        _ = try TreeReducer(
          communicator: communicator, tree: ReductionTree(shards: 2), elementCount: 1, controlCount: 0)
      }
    }
    #expect(failure?.exitCode == .usage)
  }
}

/// Reduces twice with the same reducer and counts what differs from the reference on this rank.
private func countWrong(_ communicator: any Communicator, _ tree: ReductionTree, _ sum: TreeReducerTests.Case) throws
  -> Int
{
  let reducer = try TreeReducer(
    communicator: communicator, tree: tree, elementCount: sum.elements, controlCount: 2, wholeLimit: sum.wholeLimit)
  var wrong = 0
  for step in 0..<2 {
    for (k, node) in reducer.local.nodes.enumerated() {
      let vector = referenceSum(node, count: sum.elements, step: step)
      for i in vector.indices { reducer.nodes[k * reducer.stride + i] = vector[i] }
    }
    reducer.control[0] = Double(communicator.rank)
    reducer.control[1] = Double(step)
    try reducer.reduce()
    let expected = referenceSum(0..<tree.shardCount, count: sum.elements, step: step)
    wrong += expected.indices.count { expected[$0].bitPattern != reducer.result[$0].bitPattern }
    wrong += (0..<communicator.size).count {
      reducer.controls[2 * $0] != Double($0) || reducer.controls[2 * $0 + 1] != Double(step)
    }
  }
  return wrong
}
