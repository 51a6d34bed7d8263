import Collectives
import Planning
import Testing

struct ForecastTests {
  private static let tree = try? ReductionTree(shards: 64)

  /// A machine that takes 1 s per shard, divided among its ranks.
  private func machine(ranks: Int, shards: Int) -> Machine {
    let seconds = Double(shards) / Double(ranks)
    return Machine(
      ranks: ranks, shards: shards, step: Distribution(samples: [seconds]), waiting: 0, reduction: 0,
      forward: [
        Machine.Stage(seconds: seconds / 32, bytes: 0), Machine.Stage(seconds: seconds / 16, bytes: 1 << 20),
        Machine.Stage(seconds: seconds / 8, bytes: 1 << 20),
      ],
      backward: [
        Machine.Stage(seconds: seconds / 2, bytes: 1 << 20), Machine.Stage(seconds: seconds / 16, bytes: 4),
        Machine.Stage(seconds: seconds / 16, bytes: 4), Machine.Stage(seconds: seconds / 8, bytes: (1 << 20) - 8),
      ])
  }

  private func forecast(
    _ machines: Int, ranks: Int = 1, latency: Double = 0, bandwidth: Double = 1e9, core: Double = 0,
    divided: Bool = false
  ) throws -> Forecast {
    let tree = try #require(Self.tree)
    let link = LinkModel(
      latency: latency, bandwidth: bandwidth, coreSecondsPerByte: core, coreSecondsPerMessage: 0)
    return try Forecast(
      machine(ranks: ranks, shards: 64 / machines), machines: machines,
      Workload(batch: 128, tree: tree, dividesUpdate: divided), link: link)
  }

  @Test func aForecastIsAsComputedByHand() throws {
    // 16 s of work; the first MiB takes 1.5 s of the pass's last 4, the second begins at its end. The first makes the pass
    // longer by its core time.
    let four = try forecast(4, bandwidth: 1e6, core: 1e-9)
    let exposed = 1.5 * 1.048576
    #expect((four.step - (16 + exposed)).magnitude < 1e-4)
    #expect((four.communication - (four.step - 16)).magnitude < 1e-9)
    #expect(four.machineStep == 16 && (four.exchange - 2 * exposed).magnitude < 1e-6)
    #expect((four.hidden - exposed).magnitude < 5e-3)
    #expect(four.waiting == 0 && (four.traffic - 3 * Double(1 << 20)).magnitude < 1)
    #expect((four.samplesPerSecond - 128 / four.step).magnitude < 1e-9)
    let compared = four.compared(toOneRank: 2)
    #expect((compared.speedup - 64 / four.step).magnitude < 1e-9)
    #expect((compared.efficiency - 16 / four.step).magnitude < 1e-9)
  }

  @Test func aDividedUpdateIsAsComputedByHand() throws {
    // ¾ of each MiB travels as gradients and as parameters, in 0.79 s each, and ¾ of 8 bytes for each of 512 blocks.
    let four = try forecast(4, bandwidth: 1e6, divided: true)
    let (half, norm) = (0.75 * 1.048576, 0.75 * 512 * 8 * 1e-6)
    // The second MiB of gradients begins at the end of the backward pass. The first MiB of parameters has ½ s before it is
    // needed; the second arrives during the next layer's 1 s.
    #expect((four.step - (16 + half + norm + half - 0.5)).magnitude < 1e-6)
    #expect((four.exchange - (4 * half + norm)).magnitude < 1e-6)
    #expect((four.hidden - (2 * half + 0.5)).magnitude < 1e-6)
    #expect((four.traffic - (3 * Double(1 << 20) + 0.75 * 512 * 8)).magnitude < 1)
    #expect(four.dividesUpdate && four.bucket == 512 << 10)
    // With sums instead of a divided update, the step waits for all of the second MiB.
    #expect(try forecast(4, bandwidth: 1e6).step > four.step)
  }

  @Test(arguments: [false, true]) func oneMachineTakesTheMeasuredTime(divided: Bool) throws {
    let one = try forecast(1, ranks: 2, latency: 1, bandwidth: 1, core: 1, divided: divided)
    #expect(one.step == 32 && one.communication == 0 && one.bucket == nil && one.traffic == 0 && !one.dividesUpdate)
  }

  @Test(arguments: [2, 4, 8, 16])
  func worseLinksTakeLonger(machines: Int) throws {
    for (better, worse) in [(0.0, 1e-3), (1e-3, 1), (1, 100)] {
      #expect(try forecast(machines, latency: better).step < forecast(machines, latency: worse).step)
    }
    for (better, worse) in [(1e9, 1e8), (1e8, 1e6), (1e6, 1e3)] {
      #expect(try forecast(machines, bandwidth: better).step < forecast(machines, bandwidth: worse).step)
    }
    #expect(try forecast(machines, core: 1e-9).step < forecast(machines, core: 1e-6).step)
    // A link without cost divides the work.
    #expect(try (forecast(machines, bandwidth: 1e18).step - 64 / Double(machines)).magnitude < 1e-6)
  }

  @Test func aStepWaitsForTheSlowestMachine() throws {
    let tree = try #require(Self.tree)
    let link = LinkModel(latency: 0, bandwidth: 1e18, coreSecondsPerByte: 0, coreSecondsPerMessage: 0)
    var uneven = machine(ranks: 1, shards: 16)
    uneven.step = Distribution(shares: [10, 20])
    let four = try Forecast(uneven, machines: 4, Workload(batch: 128, tree: tree), link: link)
    #expect((four.step - (10.0 / 16 + 20.0 * 15 / 16)).magnitude < 1e-6)
    #expect((four.waiting - (10.0 / 16 + 20.0 * 15 / 16 - 15)).magnitude < 1e-6)
  }

  /// 64 shards on 3 machines: at most 22, on average 21.33.
  @Test func machinesWithFewerShardsWait() throws {
    let tree = try #require(Self.tree)
    let link = LinkModel(latency: 0, bandwidth: 1e18, coreSecondsPerByte: 0, coreSecondsPerMessage: 0)
    let three = try Forecast(
      machine(ranks: 1, shards: 22), machines: 3, Workload(batch: 128, tree: tree), link: link)
    #expect((three.waiting - (22 - 64.0 / 3)).magnitude < 1e-6)
  }

  @Test func moreRanksThanShardsAreRefused() throws {
    let tree = try #require(Self.tree)
    let link = LinkModel(latency: 0, bandwidth: 1)
    #expect(throws: (any Error).self) {
      try Forecast(machine(ranks: 5, shards: 5), machines: 13, Workload(batch: 128, tree: tree), link: link)
    }
  }

  @Test func adviceNamesWastefulRanks() throws {
    // Beyond 4 machines the latency outweighs the work.
    let slow = try [1, 2, 4, 8, 16].map { try forecast($0, latency: $0 > 4 ? 20 : 0.1) }
    let advice = Advice(slow)
    #expect(advice.fastest?.machines == 4)
    #expect(advice.best.map(\.machines) == [1, 2, 4, 8, 16])
    #expect(advice.wasteful.map(\.slow.machines) == [8, 16])
    #expect(advice.wasteful.allSatisfy { $0.fast.machines == 4 })

    // The fastest number of ranks per machine counts; with equal steps, the smaller one.
    let few = try [forecast(2, ranks: 1), forecast(2, ranks: 2), forecast(2, ranks: 4, latency: 100)]
    #expect(Advice(few).best.map(\.ranksPerMachine) == [2])
    #expect(try Advice([forecast(1, ranks: 2), forecast(1, ranks: 2)]).best.count == 1)
    #expect(Advice([]).fastest == nil)
  }
}
