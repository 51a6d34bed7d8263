import Diagnostics

/// The fixed binary tree in which all sums over a batch are added: over shards, never over ranks.
///
/// A node of n > 1 shards splits at the largest power of two below n; the left child has the larger half. The ranks only
/// decide where each node is added, so sums have the same bits on any number of ranks.
public struct ReductionTree: Equatable, Sendable {
  /// The number of leaves.
  public let shardCount: Int
  /// The number of shards in a part; the last part may have fewer. A part is a tree node at which sums are rounded, so no
  /// rank adds it to others before that. A power of two, or all shards if nothing is rounded.
  public let partSize: Int
  /// The ranks' shares of the shards; nil if they are as even as possible. They change no sum.
  package private(set) var shares: ShardShares?

  /// The tree over `shards` leaves. The part size is the smallest power of two that makes at most `parts` parts; without
  /// `parts`, there is one.
  /// - Throws: `Failure` (configuration) if there are no shards, no parts, or more parts than shards.
  public init(shards: Int, parts: Int? = nil) throws {
    guard shards >= 1 else {
      throw Failure(.configuration, "shards: \(shards) is too few", advice: "A batch has at least 1 shard.")
    }
    if let parts, parts < 1 || parts > shards {
      throw Failure(
        .configuration, "\(parts) parts cannot be made of \(shards) shards", advice: "there are 1 to \(shards) parts")
    }
    shardCount = shards
    guard let parts else {
      partSize = shards
      return
    }
    var size = 1
    while (shards + size - 1) / size > parts { size *= 2 }
    partSize = min(size, shards)
  }

  /// The number of parts.
  public var partCount: Int { (shardCount + partSize - 1) / partSize }

  /// The number of the part that is this tree node; nil if the node is not a part.
  public func part(_ node: Range<Int>) -> Int? {
    let (part, rest) = node.lowerBound.quotientAndRemainder(dividingBy: partSize)
    return rest == 0 && node.upperBound == min(node.lowerBound + partSize, shardCount) ? part : nil
  }

  /// The number of shards in the left child of a node of `count` > 1 shards.
  public static func leftCount(of count: Int) -> Int {
    precondition(count > 1, "a single shard does not split")
    return 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// The same tree, whose shards the ranks share in this way; with nil as evenly as possible.
  package func divided(by shares: ShardShares?) -> ReductionTree {
    precondition(shares.map { $0.shardCount == shardCount } ?? true, "shares are of all shards")
    var tree = self
    tree.shares = shares
    return tree
  }

  /// The shards that a rank computes: those of its share, or ⌊rS/N⌋ up to ⌊(r+1)S/N⌋ if shares are even.
  /// - Throws: `Failure` (usage) if there are more ranks than shards.
  public func shards(ofRank rank: Int, of ranks: Int) throws -> Range<Int> {
    precondition(rank >= 0 && rank < ranks, "a rank is a number from 0 up to the number of ranks")
    guard ranks <= shardCount else {
      throw Failure(
        .usage, "\(ranks) ranks are more than the batch has shards (\(shardCount)): some would have nothing to do",
        advice:
          "Start at most \(counted(shardCount, "rank")), or set shards to \(ranks) or more (which changes the results)."
      )
    }
    if let shares {
      precondition(shares.counts.count == ranks, "each rank has a share")
      return shares.shards(ofRank: rank)
    }
    return (rank * shardCount / ranks)..<((rank + 1) * shardCount / ranks)
  }

  /// The largest tree nodes inside a range of shards, in ascending order; together they cover it.
  public func maximalNodes(in range: Range<Int>) -> [Range<Int>] { nodes(in: range, upTo: shardCount) }

  /// The largest tree nodes of at most a part inside a range of shards, in ascending order.
  func nodesOfParts(in range: Range<Int>) -> [Range<Int>] { nodes(in: range, upTo: partSize) }

  private func nodes(in range: Range<Int>, upTo size: Int) -> [Range<Int>] {
    var nodes: [Range<Int>] = []
    func visit(_ node: Range<Int>) {
      if node.count <= size, node.clamped(to: range) == node {
        nodes.append(node)
      } else if node.overlaps(range) {
        let (left, right) = Self.children(of: node)
        visit(left)
        visit(right)
      }
    }
    visit(0..<shardCount)
    return nodes
  }

  /// How many shards each of some ranks computes.
  /// - Throws: as `shards(ofRank:of:)`.
  package func shares(of ranks: Int) throws -> ShardShares {
    ShardShares(try (0..<ranks).map { try shards(ofRank: $0, of: ranks).count })
  }

  /// The shards that one rank adds up alone, and their nodes.
  /// - Throws: as `shards(ofRank:of:)`.
  public func local(rank: Int, of ranks: Int) throws -> LocalReduction {
    LocalReduction(tree: self, shards: try shards(ofRank: rank, of: ranks))
  }

  /// The nodes that each rank passes to the others, by rank.
  /// - Throws: as `shards(ofRank:of:)`.
  public func nodes(ofRanks ranks: Int) throws -> [[Range<Int>]] {
    try (0..<ranks).map { nodesOfParts(in: try shards(ofRank: $0, of: ranks)) }
  }

  /// The two children of a node of several shards.
  static func children(of node: Range<Int>) -> (Range<Int>, Range<Int>) {
    let middle = node.lowerBound + leftCount(of: node.count)
    return (node.lowerBound..<middle, middle..<node.upperBound)
  }
}
