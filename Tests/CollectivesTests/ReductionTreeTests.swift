import Diagnostics
import Testing

@testable import Collectives

@Suite struct ReductionTreeTests {
  @Test(arguments: 2...70) func aNodeSplitsAtTheLargestPowerOfTwoBelowIt(count: Int) {
    #expect(ReductionTree.leftCount(of: count) == largestPowerOfTwo(below: count))
  }

  @Test func theFoldOfEightShardsOnOneRankIsTheExpectedOne() throws {
    let local = try ReductionTree(shards: 8).local(rank: 0, of: 1)
    #expect(local.fold.joins == [0, 1, 0, 2, 0, 1, 0, 3])
    #expect(local.fold.emits == [-1, -1, -1, -1, -1, -1, -1, 0])
    #expect(local.fold.depth == 4)
    #expect(local.nodes == [0..<8])
  }

  @Test func threeRanksHaveTheExpectedNodesOfEightShards() throws {
    let nodes = try ReductionTree(shards: 8).nodes(ofRanks: 3)
    #expect(nodes == [[0..<2], [2..<4, 4..<5], [5..<6, 6..<8]])
  }

  @Test(arguments: 1...40) func ranksDivideAllShards(shards: Int) throws {
    let tree = try ReductionTree(shards: shards)
    for ranks in 1...shards {
      let parts = try (0..<ranks).map { try tree.shards(ofRank: $0, of: ranks) }
      #expect(parts.flatMap { Array($0) } == Array(0..<shards))
      #expect(parts.allSatisfy { $0.count == shards / ranks || $0.count == (shards + ranks - 1) / ranks })
    }
  }

  @Test(arguments: 1...40) func maximalNodesHaveParentsOutsideTheRange(shards: Int) throws {
    let tree = try ReductionTree(shards: shards)
    let nodes = allNodes(0..<shards)
    for ranks in 1...shards {
      for rank in 0..<ranks {
        let part = try tree.shards(ofRank: rank, of: ranks)
        let inside = nodes.filter { $0.clamped(to: part) == $0 }
        let maximal = inside.filter { node in
          !inside.contains { $0 != node && node.clamped(to: $0) == node }
        }
        #expect(tree.maximalNodes(in: part) == maximal.sorted { $0.lowerBound < $1.lowerBound })
      }
    }
  }

  @Test(arguments: 1...40) func foldsOfAllRanksMakeUpTheTree(shards: Int) throws {
    let tree = try ReductionTree(shards: shards)
    let whole = evaluate(0..<shards, leaf: { "\($0)" }, add: { "(\($0)+\($1))" })
    for ranks in 1...shards {
      var delivered: [String] = []
      for rank in 0..<ranks {
        let local = try tree.local(rank: rank, of: ranks)
        let nodes = spellOut(local.fold, local.shards.map(String.init))
        #expect(nodes.count == local.nodes.count)
        delivered += nodes
      }
      let fold = TreeFold(try tree.nodes(ofRanks: ranks).flatMap { $0 }, to: [0..<shards])
      #expect(spellOut(fold, delivered) == [whole])
    }
  }

  @Test(arguments: [4, 8, 13, 32]) func foldsOfUnevenSharesMakeUpTheTree(shards: Int) throws {
    let tree = try ReductionTree(shards: shards, parts: min(shards, 3))
    let whole = evaluate(0..<shards, leaf: { "\($0)" }, add: { "(\($0)+\($1))" })
    for ranks in 1...min(shards, 5) {
      for seed in 0..<10 {
        let shares = randomShares(shards: shards, ranks: ranks, seed: seed)
        let uneven = tree.divided(by: shares)
        let parts = try (0..<ranks).map { try uneven.shards(ofRank: $0, of: ranks) }
        #expect(parts.map(\.count) == shares.counts && parts.flatMap { Array($0) } == Array(0..<shards))
        #expect(try uneven.shares(of: ranks) == shares)
        let delivered = try (0..<ranks).flatMap { rank in
          let local = try uneven.local(rank: rank, of: ranks)
          return spellOut(local.fold, local.shards.map(String.init))
        }
        let fold = TreeFold(try uneven.nodes(ofRanks: ranks).flatMap { $0 }, to: [0..<shards])
        #expect(spellOut(fold, delivered) == [whole], "\(shares.counts)")
      }
    }
    #expect(tree.divided(by: ShardShares([shards])).divided(by: nil) == tree)
    #expect(try tree.shares(of: 3).counts == (0..<3).map { ($0 + 1) * shards / 3 - $0 * shards / 3 })
  }

  /// The nodes that a fold makes of some leaves, as sums in brackets.
  private func spellOut(_ fold: TreeFold, _ leaves: [String]) -> [String] {
    var (stack, nodes, additions, deepest) = ([String](), [String](), 0, 0)
    fold.run { index, place in
      #expect(place == stack.count)
      stack.append(leaves[index])
      deepest = max(deepest, stack.count)
    } add: { number, place in
      #expect(number == additions && place == stack.count - 2)
      additions += 1
      let right = stack.removeLast()
      stack[place] = "(\(stack[place])+\(right))"
    } emit: { node in
      #expect(node == nodes.count && stack.count == 1)
      nodes.append(stack.removeLast())
    }
    #expect(stack.isEmpty && deepest == fold.depth)
    return nodes
  }

  @Test func moreRanksThanShardsIsAUsageErrorThatNamesBoth() throws {
    let tree = try ReductionTree(shards: 8)
    let failure = #expect(throws: Failure.self) { try tree.shards(ofRank: 0, of: 9) }
    #expect(failure?.exitCode == .usage)
    #expect(failure?.message.contains("9 ranks") == true)
    #expect(failure?.advice?.contains("at most 8 ranks") == true)
  }

  @Test func noShardsIsAConfigurationError() {
    let failure = #expect(throws: Failure.self) { try ReductionTree(shards: 0) }
    #expect(failure?.exitCode == .configuration)
  }
}
