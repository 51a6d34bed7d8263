import Foundation
import Testing

@testable import Collectives

/// Scattered sums, and shares of the values computed from them.
@Suite struct ScatterTests {
  private static let elements = 9000
  private static let head = 8960
  private static let grain = 256

  private static let scatter = Scatter(count: head, grain: grain)

  /// The value that a rank computes from a sum.
  private static func made(_ sum: Float, _ step: Int) -> Float { 2 * sum + Float(step) }

  @Test(arguments: [[[0, 1]], [[0, 1, 2], [3]]] + TreeSumTests.machines)
  func ranksGetSumsOfTheirPiecesAndShareTheResults(_ machines: [[Int]]) throws {
    for (shards, isEarly) in [(8, false), (13, true)] {
      let tree = try ReductionTree(shards: shards)
      let expected = (0..<3).map { referenceSum(0..<shards, count: Self.elements, step: $0) }
      let found = try ThreadCommunicator.run(machines: machines) { communicator in
        let reducer = try TreeSum(
          SumLayout(
            elementCount: Self.elements, statusCount: 2, bucketBytes: 8192, scatter: Self.scatter),
          tree: tree, communicator: communicator)
        let values = try #require(reducer.share?.values)
        var wrong = 0
        for step in 0..<3 {
          for (k, node) in reducer.local.nodes.enumerated() {
            let sum = referenceSum(node, count: Self.elements, step: step)
            for element in 0..<Self.elements { reducer.nodes[k * reducer.stride + element] = sum[element] }
          }
          reducer.status.own[1] = Double(step + communicator.rank)
          if isEarly { for start in [6000, 100] { try reducer.advance(writtenFrom: start) } }
          try reducer.reduce()
          for range in reducer.summed {
            wrong += range.count { reducer.result[$0].bitPattern != expected[step][$0].bitPattern }
            for element in range where element < Self.head {
              values[element] = Self.made(reducer.result[element], step)
            }
          }
          wrong += (0..<communicator.size).count { reducer.status[$0][1] != Double(step + $0) }
          try reducer.share?.begin()
          // In the order of a forward pass.
          for end in [0, 1, 700, 4096, Self.head] {
            try reducer.share?.awaitValues(below: end)
            wrong += (0..<end).count { values[$0] != Self.made(expected[step][$0], step) }
          }
          try reducer.share?.awaitValues()
        }
        return (wrong: wrong, summed: reducer.summed)
      }
      #expect(found.allSatisfy { $0.wrong == 0 }, "\(found.map(\.wrong))")
      let pieces = found.flatMap { $0.summed.dropLast() }.sorted { $0.lowerBound < $1.lowerBound }
      #expect(pieces.first?.lowerBound == 0 && pieces.last?.upperBound == Self.head)
      #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(pieces.allSatisfy { $0.lowerBound.isMultiple(of: Self.grain) && !$0.isEmpty })
      #expect(found.allSatisfy { $0.summed.last == Self.head..<Self.elements })
    }
  }

  /// A step of several batches: several sums before one share.
  @Test func severalSumsMayPrecedeAShare() throws {
    let sums = try ThreadCommunicator.run(machines: [[0, 1], [2]]) { communicator in
      let reducer = try TreeSum(
        SumLayout(elementCount: Self.elements, bucketBytes: 4096, scatter: Self.scatter),
        tree: ReductionTree(shards: 3), communicator: communicator)
      let values = try #require(reducer.share?.values)
      for step in 0..<50 {
        for batch in 0..<3 {
          reducer.nodes.update(repeating: Float(step * batch), count: Self.elements)
          try reducer.reduce()
          for range in reducer.summed.dropLast() {
            for element in range { values[element] += reducer.result[element] }
          }
        }
        try reducer.share?.begin()
        try reducer.share?.awaitValues()
      }
      return (0..<Self.head).map { values[$0] }
    }
    // Three ranks, batches 0, 1 and 2.
    let wanted = Float((0..<50).reduce(0, +) * 3 * 3)
    for values in sums { #expect(values.allSatisfy { $0 == wanted }) }
  }

  @Test func scatteredRoundedSumsEqualWholeOnes() throws {
    let compression = Compression(format: .bfloat16, count: Self.head)
    for machines in [[[0, 1, 2]], [[0], [1], [2]], [[0, 1], [2]]] {
      let wrong = try ThreadCommunicator.run(machines: machines) { communicator in
        let reducers = try [nil, Self.scatter].map {
          try TreeSum(
            SumLayout(
              elementCount: Self.elements, statusCount: 1, bucketBytes: 8192, compression: compression, scatter: $0),
            tree: ReductionTree(shards: 6, parts: 3), communicator: communicator)
        }
        var wrong = 0
        for step in 0..<4 {
          for reducer in reducers {
            for (k, node) in reducer.local.nodes.enumerated() {
              let sum = referenceSum(node, count: Self.elements, step: step)
              for element in 0..<Self.elements { reducer.nodes[k * reducer.stride + element] = sum[element] }
            }
            try reducer.reduce()
          }
          for range in reducers[1].summed {
            wrong += range.count { reducers[0].result[$0].bitPattern != reducers[1].result[$0].bitPattern }
          }
        }
        return wrong
      }
      #expect(wrong == [0, 0, 0])
    }
  }

  /// Each rank with a stripe sends every other machine its piece of nodes, and then its new values.
  @Test(arguments: [(1024, 64, 16 << 10), (4096, 256, 16 << 10), (1000, 1, 16 << 10)])
  func thousandsOfRanksSendTheExpectedMessages(ranks: Int, perMachine: Int, elements: Int) throws {
    let machines = stride(from: 0, to: ranks, by: perMachine).map { Array($0..<min($0 + perMachine, ranks)) }
    let plan = try ReductionPlan(
      SumLayout(elementCount: elements, bucketBytes: 1 << 30, scatter: Scatter(count: elements, grain: 16)),
      tree: ReductionTree(shards: ranks), machines: machines)
    let mailboxes = Mailboxes()
    let reducers = try TreeSum.onePerRank(plan, mailboxes: mailboxes)
    let stripes = min(perMachine, elements * 4 / 4096)
    // Machines without a piece of a stripe get no message.
    let pieces = min(machines.count, elements / stripes / 16)
    let expected = (0..<64).map { element in
      evaluate(0..<ranks, leaf: { sample($0, element) }, add: { $0 + $1 })
    }
    for step in 0..<2 {
      for reducer in reducers {
        for (k, node) in reducer.local.nodes.enumerated() {
          for element in 0..<elements {
            reducer.nodes[k * reducer.stride + element] = evaluate(
              node, leaf: { sample($0, element % 64) }, add: { $0 + $1 })
          }
        }
      }
      let before = mailboxes.sentCount
      try TreeSum.reduceByTurns(reducers)
      #expect(mailboxes.sentCount - before == stripes * pieces * (machines.count - 1))
      for reducer in reducers {
        let values = try #require(reducer.share?.values)
        for range in reducer.summed.dropLast() {
          for element in range { values[element] = Self.made(reducer.result[element], step) }
        }
      }
      try TreeSum.shareByTurns(reducers)
      #expect(mailboxes.sentCount - before == 2 * stripes * pieces * (machines.count - 1))
      let wrong = try reducers.count { reducer in
        let values = try #require(reducer.share?.values)
        return (0..<elements).contains { values[$0] != Self.made(expected[$0 % 64], step) }
      }
      #expect(wrong == 0)
    }
  }

  /// Pieces move while their ranks compute: they are there before a rank waits for them.
  @Test(.timeLimit(.minutes(1))) func piecesArriveWhileRanksCompute() throws {
    let isThere = try ThreadCommunicator.run(machines: [[0], [1]]) { communicator in
      let reducer = try TreeSum(
        SumLayout(elementCount: Self.elements, statusCount: 1, bucketBytes: 4096, scatter: Self.scatter),
        tree: ReductionTree(shards: 2), communicator: communicator)
      let values = try #require(reducer.share?.values)
      var found: [Bool] = []
      for step in 1...3 {
        try reducer.reduce()
        for range in reducer.summed.dropLast() { for element in range { values[element] = Float(step) } }
        try reducer.share?.begin()
        let deadline = Date(timeIntervalSinceNow: 30)
        func isHere() -> Bool { (0..<Self.head).allSatisfy { values[$0] == Float(step) } }
        while !isHere(), Date() < deadline { usleep(1000) }
        found.append(isHere())
        try reducer.share?.awaitValues()
      }
      return found
    }
    #expect(isThere == [[true, true, true], [true, true, true]])
  }
}
