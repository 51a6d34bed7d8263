import TestSupport
import Testing

@testable import Collectives
@testable import Training

/// The decision about other shares.
@Suite struct ShareBalanceTests {
  /// A balance, and ranks that take some time for a shard and for other work.
  private struct Job {
    let balance: ShareBalance
    var shard: [Double]
    var other: [Double]
    /// The greatest part by which a rank's times differ from these, at random.
    var noise = 0.0
    var random = TestRandom(1)
    private let table: StatusTable

    init(shards: Int, shard: [Double], other: [Double]? = nil) throws {
      let ranks = shard.count
      balance = ShareBalance(try ReductionTree(shards: shards).shares(of: ranks))
      (self.shard, self.other) = (shard, other ?? shard.map { _ in 0 })
      table = StatusTable(rank: 0, of: ranks, count: RankStatus.count)
    }

    /// Runs a step, and returns the proposal after it. `extra` is the time of a checkpoint before it.
    mutating func step(counts: Bool = true, extra: Double = 0) -> ShareBalance.Proposal? {
      let words = table.memory.bindMemory(to: Double.self)
      for rank in shard.indices {
        let factor = 1 + (noise > 0 ? Double.random(in: -noise...noise, using: &random) : 0)
        let passes = Double(balance.shares.counts[rank]) * shard[rank] * factor
        // A tenth of it is loading.
        words[rank * RankStatus.count] = 0.1 * passes
        words[rank * RankStatus.count + 1] = 0.9 * passes + other[rank] + extra
        words[rank * RankStatus.count + 2] = 0.9 * passes
      }
      balance.add(table)
      return balance.endStep(counts: counts)
    }

    /// Runs steps, with all changes that are proposed; returns the step and the shares of each.
    mutating func run(steps: Int, seconds: Double = 0.01) -> [(step: Int, shares: [Int], saving: Double)] {
      (1...steps).compactMap { number in
        step().map {
          balance.hasChanged(to: $0.shares, seconds: seconds)
          return (number, $0.shares.counts, $0.saving)
        }
      }
    }
  }

  @Test func theSharesFollowSpeed() throws {
    var job = try Job(shards: 16, shard: [0.1, 0.2])
    let changes = job.run(steps: 1000)
    // A window has twenty steps, and the change is confirmed in a second one.
    #expect(changes.map(\.step) == [40] && changes.map(\.shares) == [[11, 5]])
    #expect(abs(changes[0].saving - 5.0 / 16) < 1e-9)
    // The other rank becomes the slow one.
    job.shard = [0.2, 0.1]
    #expect(job.run(steps: 100).map(\.shares) == [[5, 11]])
  }

  @Test func shortStepsAreMeasuredForTwoSeconds() throws {
    var job = try Job(shards: 8, shard: [1e-4, 3e-4])
    // 1.2 ms a step.
    let changes = job.run(steps: 20_000)
    #expect(changes.map(\.shares) == [[6, 2]])
    #expect(changes.map(\.step).allSatisfy { 3333...3336 ~= $0 }, "\(changes)")
  }

  @Test func eachRankKeepsAShard() throws {
    var job = try Job(shards: 8, shard: [0.1, 0.1, 90])
    #expect(job.run(steps: 100).map(\.shares) == [[4, 3, 1]])
    // As many shards as ranks: nothing to give.
    var full = try Job(shards: 3, shard: [0.1, 0.1, 9])
    #expect(full.run(steps: 100).isEmpty)
  }

  @Test(arguments: [2, 3, 8]) func noiseChangesNothing(ranks: Int) throws {
    for shards in [ranks + 1, 4 * ranks, 64 * ranks] {
      var job = try Job(shards: shards, shard: Array(repeating: 1 / Double(shards), count: ranks))
      job.noise = 0.05
      let changes = job.run(steps: 20_000)
      // Where shards do not divide evenly, no other division is better either.
      #expect(changes.isEmpty, "\(shards) shards: \(changes)")
    }
  }

  @Test func littleIsNotWorthAChange() throws {
    var job = try Job(shards: 200, shard: [0.0100, 0.0109])
    #expect(job.run(steps: 500).isEmpty)
    job.shard = [0.0100, 0.0115]
    #expect(job.run(steps: 500).count == 1)
  }

  @Test func otherWorkDoesNotDependOnTheShare() throws {
    // Rank 0 writes down the progress.
    var job = try Job(shards: 16, shard: [0.1, 0.1], other: [0.8, 0])
    #expect(job.run(steps: 1000).map(\.shares) == [[4, 12]])
    #expect(RankSpeeds(shard: [0.1, 0.1], other: [0.8, 0]).step(ShardShares([4, 12])) < 1.2001)
  }

  @Test func checkpointsAndSmallerBatchesDoNotCount() throws {
    var job = try Job(shards: 16, shard: [0.1, 0.1])
    for step in 1...500 {
      let isLast = step.isMultiple(of: 5)
      // The last batch of an epoch is small, and a checkpoint follows it.
      if isLast { job.shard = [0.01, 0.001] }
      #expect(job.step(counts: !isLast, extra: step % 5 == 1 ? 50 : 0) == nil)
      job.shard = [0.1, 0.1]
    }
  }

  @Test func timesOfSeveralBatchesMakeAStep() throws {
    var times = RankTimes(ranks: 2)
    for _ in 0..<4 {
      for _ in 0..<3 {
        times.add(rank: 0, shards: 0.25, other: 0.5)
        times.add(rank: 1, shards: 1, other: 0)
      }
      times.endStep(counts: true)
    }
    #expect(times.steps == 4 && times.seconds == 12)
    #expect(times.speeds(ShardShares([3, 1])) == RankSpeeds(shard: [0.25, 3], other: [1.5, 0]))
  }

  /// Groups of steps are joined as they become many.
  @Test(arguments: [1, 39, 40, 41, 100, 12_345]) func theMedianOfGroupsIsTheUsualTime(steps: Int) {
    var times = RankTimes(ranks: 1)
    for step in 0..<steps {
      times.add(rank: 0, shards: step == 7 ? 1000 : 2, other: 1)
      times.endStep(counts: true)
    }
    #expect(times.speeds(ShardShares([4])) == RankSpeeds(shard: [0.5], other: [1]))
    times.restart()
    #expect(times.steps == 0 && times.seconds == 0)
  }

  /// A change that does not keep its promise, such as that of a rank that is slow for another reason, delays the next one.
  @Test func whatDoesNotPayIsTriedEverMoreRarely() throws {
    let balance = ShareBalance(ShardShares([8, 8]))
    var changes: [Int] = []
    for window in 1...200 {
      // Whoever has more shards is slow.
      let isFirst = balance.shares.counts[0] >= 8
      let speeds = RankSpeeds(shard: isFirst ? [2, 1] : [1, 2], other: [0, 0])
      guard let proposal = balance.decide(speeds) else { continue }
      balance.hasChanged(to: proposal.shares, seconds: 0)
      changes.append(window)
    }
    let gaps = zip(changes.dropFirst(), changes).map { $0 - $1 }
    #expect(changes.first == 2 && gaps.prefix(4) == [3, 4, 6, 10], "\(changes)")
  }

  @Test func aLongChangeMakesWindowsLonger() throws {
    var job = try Job(shards: 16, shard: [0.1, 0.2])
    #expect(job.run(steps: 40, seconds: 10).count == 1)
    // A step takes 2.2 s now, and a window 200 s.
    job.shard = [0.2, 0.1]
    let next = job.run(steps: 1000)
    #expect(next.count == 1 && next[0].step > 100, "\(next)")
  }

  /// The greedy choice is the best of all divisions.
  @Test func noDivisionIsBetter() {
    var random = TestRandom(7)
    for _ in 0..<200 {
      let ranks = Int.random(in: 2...4, using: &random)
      let shards = Int.random(in: ranks...9, using: &random)
      let speeds = RankSpeeds(
        shard: (0..<ranks).map { _ in .random(in: 0.1...1, using: &random) },
        other: (0..<ranks).map { _ in .random(in: 0...2, using: &random) })
      let best = speeds.best(shards: shards)
      #expect(best.shardCount == shards && best.counts.count == ranks)
      let least = divisions(of: shards, among: ranks).map { speeds.step(ShardShares($0)) }.min()
      #expect(abs(speeds.step(best) - (least ?? 0)) < 1e-12)
    }
  }

  /// All divisions among ranks of at least one each.
  private func divisions(of shards: Int, among ranks: Int) -> [[Int]] {
    guard ranks > 1 else { return [[shards]] }
    return (1...shards - ranks + 1).flatMap { first in
      divisions(of: shards - first, among: ranks - 1).map { [first] + $0 }
    }
  }
}
