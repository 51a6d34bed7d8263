import Collectives

/// How long ranks take for a step.
struct RankSpeeds: Equatable {
  /// Seconds that each rank takes for a shard.
  let shard: [Double]
  /// Seconds of each rank's other work in a step, whatever its share is.
  let other: [Double]

  /// Seconds of a step until the slowest rank has computed its share.
  func step(_ shares: ShardShares) -> Double {
    shares.counts.indices.reduce(0) { max($0, other[$1] + Double(shares.counts[$1]) * shard[$1]) }
  }

  /// The shares that make this least.
  func best(shards: Int) -> ShardShares {
    var counts = [Int](repeating: 1, count: shard.count)
    // What each rank would take with one more.
    var next = shard.indices.map { other[$0] + 2 * shard[$0] }
    for _ in counts.count..<shards {
      var least = 0
      for rank in next.indices where next[rank] < next[least] { least = rank }
      counts[least] += 1
      next[least] += shard[least]
    }
    return ShardShares(counts)
  }
}
