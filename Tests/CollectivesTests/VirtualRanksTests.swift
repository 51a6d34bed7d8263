@testable import Collectives
import Testing

/// Sums over thousands of ranks, which take turns in one thread and exchange messages by mailboxes.
@Suite struct VirtualRanksTests {
  /// A number of ranks on machines, and a vector.
  struct Job: Sendable, CustomTestStringConvertible {
    let ranks: Int
    let perMachine: Int
    let shards: Int
    let elements: Int
    let wholeLimit: Int
    /// The expected number of messages of all ranks.
    let messages: Int

    var machines: [[Int]] {
      stride(from: 0, to: ranks, by: perMachine).map { Array($0..<min($0 + perMachine, ranks)) }
    }
    var testDescription: String {
      "\(ranks) ranks, \(perMachine) a machine, \(shards) shards, \(elements) elements, whole up to \(wholeLimit) bytes"
    }
  }

  static let jobs = [
    // Short: with 2^p machines, p rounds of one message per machine.
    Job(ranks: 1024, perMachine: 1, shards: 1024, elements: 16, wholeLimit: 1 << 20, messages: 1024 * 10),
    Job(ranks: 4096, perMachine: 1, shards: 4096, elements: 16, wholeLimit: 1 << 20, messages: 4096 * 12),
    Job(ranks: 1024, perMachine: 16, shards: 2048, elements: 40, wholeLimit: 1 << 20, messages: 64 * 6),
    // 2^9 + 488 machines: 488 pairs send two more messages each.
    Job(ranks: 1000, perMachine: 1, shards: 1003, elements: 5, wholeLimit: 1 << 20, messages: 512 * 9 + 2 * 488),
    // Long: each rank with a stripe sends every other machine its piece of nodes, and then the sum of its own piece.
    Job(ranks: 1024, perMachine: 64, shards: 1024, elements: 64 << 10, wholeLimit: 0, messages: 64 * 16 * 2 * 15),
    Job(ranks: 4096, perMachine: 256, shards: 4096, elements: 16 << 10, wholeLimit: 0, messages: 16 * 16 * 2 * 15),
    // On one machine nothing is sent.
    Job(ranks: 1024, perMachine: 1024, shards: 1024, elements: 5000, wholeLimit: 0, messages: 0),
    Job(ranks: 1024, perMachine: 1024, shards: 1024, elements: 16, wholeLimit: 1 << 20, messages: 0),
  ]

  @Test(arguments: jobs) func thousandsOfRanksGetTheBitsOfTheTreeWithTheExpectedMessages(_ job: Job) throws {
    let tree = try ReductionTree(shards: job.shards)
    let mailboxes = Mailboxes()
    let plan = try ReductionPlan(
      SumLayout(elementCount: job.elements, wholeLimit: job.wholeLimit, bucketBytes: 1 << 30), tree: tree,
      machines: job.machines)
    let reducers = try TreeSum.onePerRank(plan, mailboxes: mailboxes)
    for step in 0..<2 {
      for reducer in reducers {
        for (k, node) in reducer.local.nodes.enumerated() {
          for element in 0..<job.elements {
            reducer.nodes[k * reducer.stride + element] = evaluate(
              node, leaf: { sample($0, element % 64, step) }, add: { $0 + $1 })
          }
        }
      }
      let before = mailboxes.sentCount
      try TreeSum.reduceByTurns(reducers)
      #expect(mailboxes.sentCount - before == job.messages)
      let expected = (0..<min(64, job.elements)).map { element in
        evaluate(0..<job.shards, leaf: { sample($0, element, step) }, add: { $0 + $1 })
      }
      let wrong = reducers.count { reducer in
        (0..<job.elements).contains { reducer.result[$0].bitPattern != expected[$0 % 64].bitPattern }
      }
      #expect(wrong == 0)
    }
  }

  /// With a vector and without.
  @Test(arguments: [3, 0]) func statusWordsOfAllRanksReachAll(elements: Int) throws {
    let machines = (0..<20).map { machine in (0..<5).map { $0 * 20 + machine } }
    let plan = try ReductionPlan(
      SumLayout(elementCount: elements, statusCount: 2), tree: ReductionTree(shards: 100), machines: machines)
    let reducers = try TreeSum.onePerRank(plan, mailboxes: Mailboxes())
    for (rank, reducer) in reducers.enumerated() { reducer.status.own[1] = Double(rank) }
    try TreeSum.reduceByTurns(reducers)
    #expect(
      reducers.allSatisfy { reducer in (0..<100).allSatisfy { Array(reducer.status[$0]) == [0, Double($0)] } })
  }
}
