/// The additions of a tree as a stack program: each leaf is pushed, then the top two entries are added a number of times. The
/// lowest entry has place 0.
public struct TreeFold: Equatable, Sendable {
  /// How many times the top two entries are added (lower + upper) after pushing the i-th leaf.
  public let joins: [Int32]
  /// The number of the root that is complete after these additions and leaves the stack; -1 if there is none.
  public let emits: [Int32]
  /// The largest number of entries at a time.
  public let depth: Int

  /// The additions of `leaves` up to each of the `roots`. Both are tree nodes in ascending order; the leaves make up the
  /// roots.
  init(_ leaves: [Range<Int>], to roots: [Range<Int>]) {
    var joins = [Int32](repeating: 0, count: leaves.count)
    var emits = [Int32](repeating: -1, count: leaves.count)
    var next = 0
    func visit(_ node: Range<Int>) {
      if leaves[next] == node {
        next += 1
        return
      }
      let (left, right) = ReductionTree.children(of: node)
      visit(left)
      visit(right)
      joins[next - 1] += 1
    }
    for (number, root) in roots.enumerated() {
      visit(root)
      emits[next - 1] = Int32(number)
    }
    self.joins = joins
    self.emits = emits
    var (depth, deepest) = (0, 0)
    for index in leaves.indices {
      deepest = max(deepest, depth + 1)
      depth = emits[index] < 0 ? depth + 1 - Int(joins[index]) : 0
    }
    self.depth = deepest
  }

  /// Runs the program.
  /// - Parameters:
  ///   - leaf: writes a leaf to a place.
  ///   - add: adds the entry above a place to the one at the place; `number` counts additions from 0.
  ///   - emit: reads a complete root from place 0.
  @inlinable @inline(__always)
  public func run(
    leaf: (_ index: Int, _ place: Int) -> Void, add: (_ number: Int, _ place: Int) -> Void,
    emit: (_ node: Int) -> Void = { _ in }
  ) {
    var (place, additions) = (0, 0)
    for index in joins.indices {
      leaf(index, place)
      for _ in 0..<joins[index] {
        place -= 1
        add(additions, place)
        additions += 1
      }
      if emits[index] < 0 { place += 1 } else { emit(Int(emits[index])) }
    }
  }
}

/// The shards that one rank adds up alone, and their nodes.
public struct LocalReduction: Equatable, Sendable {
  /// The rank's shards.
  public let shards: Range<Int>
  /// The largest tree nodes within them, of at most a part, in ascending order. The rank passes these to the others.
  public let nodes: [Range<Int>]
  /// Adds the shards up to the nodes.
  public let fold: TreeFold

  init(tree: ReductionTree, shards: Range<Int>) {
    self.shards = shards
    nodes = tree.nodesOfParts(in: shards)
    fold = TreeFold(shards.map { $0..<$0 + 1 }, to: nodes)
  }
}
