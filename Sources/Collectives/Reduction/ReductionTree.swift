import Diagnostics

/// The fixed binary tree in which everything that sums over a batch is added: over shards, never over ranks.
///
/// A node of n > 1 shards splits at the largest power of two below n, left part first. Ranks only decide who adds
/// which part, so sums have the same bits on any number of ranks.
public struct ReductionTree: Equatable, Sendable {
  /// The number of leaves.
  public let shardCount: Int
  /// The shards of a part, of which the last may have fewer: a tree node that no rank adds to others by itself, so that it
  /// can be rounded. A power of two, or all shards where nothing is rounded.
  public let partSize: Int

  /// The tree over this many shards, cut into parts of the smallest power of two of shards that makes at most `parts` of
  /// them; without `parts`, all is one.
  ///
  /// Throws `Failure(.configuration)` where there are no shards, or no parts, or more parts than shards.
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

  /// The number of the part that a tree node is, or nil where it is less or more than one.
  public func part(_ node: Range<Int>) -> Int? {
    let (part, rest) = node.lowerBound.quotientAndRemainder(dividingBy: partSize)
    return rest == 0 && node.upperBound == min(node.lowerBound + partSize, shardCount) ? part : nil
  }

  /// The number of shards in the left part of a node of `count` > 1 shards.
  public static func leftPart(of count: Int) -> Int {
    precondition(count > 1, "a single shard does not split")
    return 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// The shards that a rank computes: ⌊rS/N⌋ up to ⌊(r+1)S/N⌋. Throws `Failure(.usage)` where ranks outnumber shards.
  public func shards(ofRank rank: Int, of ranks: Int) throws -> Range<Int> {
    precondition(rank >= 0 && rank < ranks, "a rank is a number from 0 up to the number of ranks")
    guard ranks <= shardCount else {
      throw Failure(
        .usage, "\(ranks) ranks are more than the batch has shards (\(shardCount)): some would have nothing to do",
        advice:
          "Start at most \(counted(shardCount, "rank")), or set shards to \(ranks) or more (which changes the results)."
      )
    }
    return (rank * shardCount / ranks)..<((rank + 1) * shardCount / ranks)
  }

  /// The largest tree nodes that lie wholly inside a range of shards, in ascending order; together they cover it.
  public func maximalNodes(in range: Range<Int>) -> [Range<Int>] { nodes(in: range, upTo: shardCount) }

  /// The largest tree nodes of at most a part that lie wholly inside a range of shards, in ascending order.
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

  /// What one rank does within itself.
  public func local(rank: Int, of ranks: Int) throws -> LocalReduction {
    LocalReduction(tree: self, shards: try shards(ofRank: rank, of: ranks))
  }

  /// The nodes that each rank hands to the others, by rank.
  public func nodes(ofRanks ranks: Int) throws -> [[Range<Int>]] {
    try (0..<ranks).map { nodesOfParts(in: try shards(ofRank: $0, of: ranks)) }
  }

  /// How many times the top two of a stack are added after each of these nodes is pushed, so as to give `root`.
  ///
  /// `nodes` are disjoint tree nodes in ascending order that cover `root`, itself a tree node.
  public static func joins(of nodes: [Range<Int>], to root: Range<Int>) -> [Int32] {
    var joins = [Int32](repeating: 0, count: nodes.count)
    var next = 0
    func visit(_ node: Range<Int>) {
      if nodes[next] == node {
        next += 1
        return
      }
      let (left, right) = children(of: node)
      visit(left)
      visit(right)
      joins[next - 1] += 1
    }
    visit(root)
    return joins
  }

  /// The two nodes that make up one of several shards.
  static func children(of node: Range<Int>) -> (Range<Int>, Range<Int>) {
    let middle = node.lowerBound + leftPart(of: node.count)
    return (node.lowerBound..<middle, middle..<node.upperBound)
  }
}

/// The part of the tree that a rank adds up alone, and the stack program that does it.
public struct LocalReduction: Equatable, Sendable {
  /// The rank's shards.
  public let shards: Range<Int>
  /// The largest tree nodes inside them, of at most a part, in ascending order: what the rank hands to the others.
  public let nodes: [Range<Int>]
  /// After pushing the i-th local shard: how many times the top two of the stack are added (lower one + upper one).
  public let joins: [Int32]
  /// After those additions: the index in `nodes` of the node that is now complete and leaves the stack, or -1.
  public let emits: [Int32]

  init(tree: ReductionTree, shards: Range<Int>) {
    self.shards = shards
    nodes = tree.nodesOfParts(in: shards)
    joins = nodes.flatMap { node in ReductionTree.joins(of: node.map { $0..<($0 + 1) }, to: node) }
    var emits = [Int32](repeating: -1, count: shards.count)
    for (index, node) in nodes.enumerated() {
      emits[node.upperBound - 1 - shards.lowerBound] = Int32(index)
    }
    self.emits = emits
  }
}
