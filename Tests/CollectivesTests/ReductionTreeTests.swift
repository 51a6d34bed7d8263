import Collectives
import Diagnostics
import Testing

@Suite struct ReductionTreeTests {
  @Test(arguments: 2...70) func aNodeSplitsAtTheLargestPowerOfTwoBelowIt(count: Int) {
    #expect(ReductionTree.leftPart(of: count) == largestPowerOfTwo(below: count))
  }

  @Test func theProgramOfEightShardsOnOneRankIsTheKnownOne() throws {
    let local = try ReductionTree(shards: 8).local(rank: 0, of: 1)
    #expect(local.joins == [0, 1, 0, 2, 0, 1, 0, 3])
    #expect(local.emits == [-1, -1, -1, -1, -1, -1, -1, 0])
    #expect(local.nodes == [0..<8])
  }

  @Test func threeRanksHoldTheKnownNodesOfEightShards() throws {
    let nodes = try ReductionTree(shards: 8).nodes(ofRanks: 3)
    #expect(nodes == [[0..<2], [2..<4, 4..<5], [5..<6, 6..<8]])
  }

  @Test(arguments: 1...40) func ranksShareOutAllShards(shards: Int) throws {
    let tree = try ReductionTree(shards: shards)
    for ranks in 1...shards {
      let parts = try (0..<ranks).map { try tree.shards(ofRank: $0, of: ranks) }
      #expect(parts.flatMap { Array($0) } == Array(0..<shards))
      #expect(parts.allSatisfy { $0.count == shards / ranks || $0.count == (shards + ranks - 1) / ranks })
    }
  }

  @Test(arguments: 1...40) func maximalNodesAreTheNodesInsideWhoseParentIsNot(shards: Int) throws {
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

  @Test(arguments: 1...40) func programsOfAllRanksSpellOutTheTree(shards: Int) throws {
    let tree = try ReductionTree(shards: shards)
    let whole = evaluate(0..<shards, leaf: { "\($0)" }, add: { "(\($0)+\($1))" })
    for ranks in 1...shards {
      var delivered: [String] = []
      for rank in 0..<ranks {
        let local = try tree.local(rank: rank, of: ranks)
        var emitted = [String](repeating: "", count: local.nodes.count)
        var stack: [String] = []
        for (i, shard) in local.shards.enumerated() {
          stack.append("\(shard)")
          join(&stack, times: local.joins[i])
          if local.emits[i] >= 0 { emitted[Int(local.emits[i])] = stack.removeLast() }
        }
        #expect(stack.isEmpty)
        delivered += emitted
      }
      var stack: [String] = []
      let joins = ReductionTree.joins(of: try tree.nodes(ofRanks: ranks).flatMap { $0 }, to: 0..<shards)
      for (node, count) in zip(delivered, joins) {
        stack.append(node)
        join(&stack, times: count)
      }
      #expect(stack == [whole])
    }
  }

  private func join(_ stack: inout [String], times: Int32) {
    for _ in 0..<times {
      let right = stack.removeLast()
      stack[stack.count - 1] = "(\(stack[stack.count - 1])+\(right))"
    }
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
