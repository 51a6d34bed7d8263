import Collectives
import Planning
import Testing

struct MachineExchangeTests {
  private let link = LinkModel(
    latency: 10e-6, bandwidth: 1e9, coreSecondsPerByte: 1e-9, coreSecondsPerMessage: 1e-6)

  @Test func timeAndTrafficAreAsComputedByHand() {
    // Half of 1 MB for the reduce-scatter and half for the allgather: 1 ms, and two latencies.
    let two = MachineExchange(machines: 2, treeNodes: 1, link: link)
    #expect(two.traffic(1_000_000) == 1_000_000)
    #expect((two.seconds(1_000_000) - 1.02e-3).magnitude < 1e-12)
    // Three whole nodes and the sum travel: 4 · 3/4.
    let four = MachineExchange(machines: 4, treeNodes: 3, link: link)
    #expect(four.traffic(1_000_000) == 3_000_000)
    #expect((four.seconds(1_000_000) - 3.02e-3).magnitude < 1e-12)
    // Sent and received bytes, half for each of two ranks; six messages.
    #expect((four.coreSeconds(1_000_000, ranks: 2) - 3.006e-3).magnitude < 1e-12)
  }

  @Test func shortBucketsTravelWhole() {
    // Three rounds of 1 KB; with six machines four rounds of two nodes.
    let eight = MachineExchange(machines: 8, treeNodes: 1, link: link)
    #expect((eight.seconds(1000) - 3 * 11e-6).magnitude < 1e-12 && eight.messages(1000) == 3)
    let six = MachineExchange(machines: 6, treeNodes: 2, link: link)
    #expect((six.seconds(1000) - 4 * 12e-6).magnitude < 1e-12 && six.messages(1000) == 4)
    #expect((six.coreSeconds(1000, ranks: 1) - (16e-6 + 4e-6)).magnitude < 1e-12)
  }

  @Test func compressedSumsAndPartsTravelInHalfTheBytes() {
    // A quarter of 1 MB for the reduce-scatter and a quarter for the allgather.
    let part = MachineExchange(machines: 2, treeNodes: 1, roundedNodes: 1, link: link)
    #expect(part.traffic(1_000_000) == 500_000)
    #expect((part.seconds(1_000_000) - 0.52e-3).magnitude < 1e-12)
    let more = MachineExchange(machines: 2, treeNodes: 1, roundedNodes: 0, link: link)
    #expect(more.traffic(1_000_000) == 750_000)
    // Short compressed buckets travel as long ones.
    #expect(part.traffic(1000) == 500 && part.messages(1000) == 2)
    #expect((part.seconds(1000) - 20.5e-6).magnitude < 1e-12)
  }

  @Test func piecesWithoutSumsHaveTheirOwnRate() {
    let link = LinkModel(latency: 0, bandwidth: 1e9, pieceBandwidth: 2e9)
    let both = MachineExchange(machines: 2, treeNodes: 1, link: link)
    let pieces = MachineExchange(machines: 2, treeNodes: 1, operation: .reduceScatter, link: link)
    #expect((both.seconds(1_000_000) - 1e-3).magnitude < 1e-12)
    #expect((pieces.seconds(1_000_000) - 0.25e-3).magnitude < 1e-12)
  }

  @Test func halvesOfAnExchangeAreAsComputedByHand() {
    var exchange = MachineExchange(machines: 4, treeNodes: 3, operation: .reduceScatter, link: link)
    #expect(exchange.traffic(1_000_000) == 2_250_000 && exchange.messages(1_000_000) == 3)
    #expect((exchange.seconds(1_000_000) - 2.26e-3).magnitude < 1e-12)
    exchange.operation = .allgather
    #expect(exchange.traffic(1_000_000) == 750_000 && exchange.messages(1_000_000) == 3)
    #expect((exchange.seconds(1_000_000) - 0.76e-3).magnitude < 1e-12)
    #expect((exchange.coreSeconds(1_000_000, ranks: 2) - 0.753e-3).magnitude < 1e-12)
    let few = exchange.spread(4000)
    #expect(few.traffic == 3000 && (few.seconds - 23e-6).magnitude < 1e-12, "two rounds")
    // Short buckets travel in pieces, too.
    #expect(exchange.traffic(1000) == 750 && exchange.messages(1000) == 3)
  }

  @Test func compressedPartsTravelInHalfTheBytesAndParametersDoNot() {
    func traffic(_ operation: MachineExchange.Operation) -> Double {
      MachineExchange(machines: 2, treeNodes: 1, roundedNodes: 1, operation: operation, link: link)
        .traffic(1_000_000)
    }
    #expect(traffic(.reduceScatter) == 250_000 && traffic(.allgather) == 500_000)
  }

  @Test func wholePartsAreRounded() throws {
    func nodes(_ machines: Int, parts: Int) throws -> [Int?] {
      let exchange = try MachineExchange(
        machines: machines, ranks: 1, tree: ReductionTree(shards: 8, parts: parts), isCompressed: true,
        link: link)
      return [exchange.treeNodes, exchange.roundedNodes]
    }
    #expect(try nodes(2, parts: 2) == [1, 1])
    #expect(try nodes(2, parts: 8) == [1, 0], "four parts, whose sum is shorter")
    #expect(try nodes(8, parts: 8) == [1, 1])
    #expect(try nodes(8, parts: 2) == [1, 0], "a quarter of a part")
    // Shards 0–1, 2–4 and 5–7: the second has the part 2–3 and half of one, as has the third.
    #expect(try nodes(3, parts: 4) == [2, 1])
  }

  @Test func oneMachineExchangesNothing() {
    let one = MachineExchange(machines: 1, treeNodes: 1, link: link)
    #expect(one.seconds(1_000_000) == 0 && one.traffic(1_000_000) == 0 && one.coreSeconds(1_000_000, ranks: 4) == 0)
  }

  @Test func machinesHaveTheTreeNodesOfTheirShards() throws {
    func nodes(_ machines: Int, _ ranks: Int, shards: Int) throws -> Int {
      try MachineExchange(machines: machines, ranks: ranks, tree: ReductionTree(shards: shards), link: link)
        .treeNodes
    }
    #expect(try nodes(2, 2, shards: 8) == 1)
    #expect(try nodes(4, 1, shards: 8) == 1)
    // Shards 0–1, 2–4 and 5–7: 2–3 and 4; 5 and 6–7.
    #expect(try nodes(3, 1, shards: 8) == 2)
    // The same nodes, though the ranks have one or two shards each.
    #expect(try nodes(2, 3, shards: 8) == 1)
    #expect(throws: (any Error).self) { try nodes(3, 3, shards: 8) }
  }
}
