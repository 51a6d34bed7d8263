/// How many shards each rank computes, at least one. Rank 0 has the first ones, rank 1 those that follow, and so on.
package struct ShardShares: Equatable, Sendable {
  /// The number of shards of each rank.
  package let counts: [Int]
  private let starts: [Int]

  /// Shares of these sizes.
  package init(_ counts: [Int]) {
    precondition(counts.allSatisfy { $0 >= 1 }, "each rank has a shard")
    self.counts = counts
    starts = counts.indices.map { counts[..<$0].reduce(0, +) }
  }

  /// The number of all shards.
  package var shardCount: Int { counts.reduce(0, +) }

  /// The shards of a rank.
  func shards(ofRank rank: Int) -> Range<Int> { starts[rank]..<starts[rank] + counts[rank] }
}
