@testable import Collectives

/// A float in -1..<1 of full mantissa, so that the order of additions shows in the bits.
func sample(_ shard: Int, _ element: Int, _ step: Int = 0) -> Float {
  var state = UInt64(shard) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(element) &* 0xBF58_476D_1CE4_E5B9 &+ UInt64(step)
  state = (state ^ (state >> 30)) &* 0x94D0_49BB_1331_11EB
  state ^= state >> 31
  return Float(Int32(truncatingIfNeeded: state)) / 0x1p31
}

/// Shares of at least one shard each, the same for a seed.
func randomShares(shards: Int, ranks: Int, seed: Int) -> ShardShares {
  var counts = [Int](repeating: 1, count: ranks)
  for shard in ranks..<shards {
    // One rank of each seed tends to have most.
    let chance = sample(shard, ranks, seed)
    counts[chance > 0 ? seed % ranks : Int(chance.magnitude * 1000) % ranks] += 1
  }
  return ShardShares(counts)
}

/// The largest power of two below `count`, found by counting up.
func largestPowerOfTwo(below count: Int) -> Int {
  var power = 1
  while power * 2 < count { power *= 2 }
  return power
}

/// Every node of the tree over a range, from its definition.
func allNodes(_ node: Range<Int>) -> [Range<Int>] {
  guard node.count > 1 else { return [node] }
  let middle = node.lowerBound + largestPowerOfTwo(below: node.count)
  return [node] + allNodes(node.lowerBound..<middle) + allNodes(middle..<node.upperBound)
}

/// A node's value from its definition: left part + right part.
func evaluate<T>(_ node: Range<Int>, leaf: (Int) -> T, add: (T, T) -> T) -> T {
  guard node.count > 1 else { return leaf(node.lowerBound) }
  let middle = node.lowerBound + largestPowerOfTwo(below: node.count)
  let left = evaluate(node.lowerBound..<middle, leaf: leaf, add: add)
  return add(left, evaluate(middle..<node.upperBound, leaf: leaf, add: add))
}

/// The node's vector, added up in one process.
func referenceSum(_ node: Range<Int>, count: Int, step: Int = 0) -> [Float] {
  evaluate(
    node, leaf: { shard in (0..<count).map { sample(shard, $0, step) } },
    add: { left, right in zip(left, right).map { $0 + $1 } })
}

extension TreeSum {
  /// A sum for every rank of a plan.
  static func onePerRank(_ plan: ReductionPlan, mailboxes: Mailboxes) throws -> [TreeSum] {
    let memories = plan.machines.map { ranks in
      SharedMemory(byteCounts: ranks.map { ReductionMemory.byteCount(plan, rank: $0) })
    }
    return try (0..<plan.ranks).map { rank in
      try TreeSum(
        Participant(
          plan, rank: rank, memory: memories[plan.place(ofRank: rank).machine],
          messenger: mailboxes.messenger(ofRank: rank), isOversubscribed: true))
    }
  }

  /// Advances the sums in turn until all are complete.
  static func reduceByTurns(_ sums: [TreeSum]) throws {
    for sum in sums { sum.algorithm.writeAll() }
    var open = sums
    while !open.isEmpty { open = try open.filter { try !$0.algorithm.isComplete() } }
  }

  /// Advances the shares in turn until all are complete.
  static func shareByTurns(_ sums: [TreeSum]) throws {
    var open = sums.compactMap { $0.share?.gathering }
    for gathering in open { try gathering.begin() }
    while !open.isEmpty {
      for gathering in open { try gathering.advance() }
      open = open.filter { !$0.isComplete }
    }
  }
}
