/// The plan for summing a vector over all shards of all ranks; the same on all ranks.
///
/// Ranks of one machine read each other's tree nodes in shared memory. Between machines only sums travel: the largest tree
/// nodes within a machine's shards.
package final class ReductionPlan {
  /// The floats of a cache line, on whose boundaries nodes, buckets, stripes and pieces start.
  package static let grain = 16
  /// The default maximum length, in bytes, of a vector that each rank of a machine sums whole.
  private static let wholeLimit = 16 << 10
  /// The default maximum length, in bytes, of a bucket that travels whole between machines.
  package static let shortLimit = 64 << 10
  /// The default length, in bytes, of a bucket between machines.
  private static let bucketBytes = 4 << 20

  let layout: SumLayout
  let tree: ReductionTree
  let machines: [[Int]]
  /// The distance between two nodes, in floats.
  let stride: Int
  /// The tree nodes of each rank.
  let rankNodes: [[Range<Int>]]
  /// Whether every rank sums everything itself, as ranks of one machine do with a short vector.
  let isWhole: Bool
  /// Whether a single rank's only node is the sum.
  let isSum: Bool
  /// The buckets in the order of their sums: from the end of the vector to its start.
  let buckets: [Bucket]
  private var known: [Range<Int>: [Range<Int>]] = [:]

  /// The plan for ranks on machines.
  /// - Throws: `Failure` (usage) if there are more ranks than shards.
  package init(_ layout: SumLayout, tree: ReductionTree, machines: [[Int]]) throws {
    (self.layout, self.tree, self.machines) = (layout, tree, machines)
    rankNodes = try tree.nodes(ofRanks: machines.reduce(0) { $0 + $1.count })
    stride = Self.padded(layout.elementCount)
    let isOneMachine = machines.count == 1
    isSum = rankNodes.count == 1 && rankNodes[0].count == 1 && layout.compression == nil
    precondition(rankNodes.count > 1 || layout.scatter == nil, "scattered sums need several ranks to go to")
    isWhole =
      isOneMachine && !isSum && layout.compression == nil && layout.scatter == nil
      && stride * floatSize <= layout.wholeLimit ?? Self.wholeLimit

    let ranks = machines.map(\.count).min() ?? 1
    let shortLimit = isOneMachine ? nil : layout.wholeLimit ?? Self.shortLimit
    var buckets = Self.sections(layout, stride: stride).flatMap { section in
      let ranges =
        isOneMachine
        ? [section.elements]
        : Self.divide(
          section.elements, bytes: layout.bucketBytes ?? Self.bucketBytes, boundaries: layout.boundaries,
          grain: section.grain)
      return ranges.map { Bucket($0, of: section, ranks: ranks, shortLimit: shortLimit) }
    }
    if buckets.last?.carriesStatus != true, layout.statusCount > 0 { buckets.append(Bucket()) }
    precondition(!buckets.isEmpty, "a sum has elements or status words")
    self.buckets = isSum ? [] : buckets
  }

  /// The sections of elements that travel in different ways: plain ones, and rounded or scattered ones.
  private static func sections(_ layout: SumLayout, stride: Int) -> [Bucket.Section] {
    precondition(layout.elementCount >= 0 && layout.statusCount >= 0, "a vector has no negative length")
    let (rounded, scattered) = (layout.compression?.count ?? 0, layout.scatter?.count ?? 0)
    let special = max(rounded, scattered)
    precondition(
      special <= layout.elementCount && special.isMultiple(of: grain), "what is rounded or scattered is whole grains")
    precondition(Set([rounded, scattered, 0]).count <= 2, "all is rounded that is scattered")
    precondition(layout.scatter?.grain.isMultiple(of: grain) ?? true, "pieces are whole grains")
    return [
      Bucket.Section(elements: special..<stride, grain: grain, isCompressed: false, isScattered: false),
      Bucket.Section(
        elements: 0..<special, grain: layout.scatter?.grain ?? grain, isCompressed: rounded > 0,
        isScattered: scattered > 0),
    ].filter { !$0.elements.isEmpty }
  }

  /// A number of elements, rounded up to a multiple of `grain`.
  static func padded(_ count: Int) -> Int { (count + grain - 1) / grain * grain }

  /// The number of ranks.
  var ranks: Int { rankNodes.count }

  /// The machine of a rank, and its place among that machine's ranks.
  func place(ofRank rank: Int) -> (machine: Int, place: Int) {
    for (machine, ranks) in machines.enumerated() {
      if let place = ranks.firstIndex(of: rank) { return (machine, place) }
    }
    preconditionFailure("every rank is on a machine")
  }

  /// The scattered elements whose sums a rank gets: ascending, without empty ranges.
  func pieces(ofRank rank: Int) -> [Range<Int>] {
    let (machine, place) = place(ofRank: rank)
    return buckets.reversed().filter(\.isScattered).compactMap { bucket in
      bucket.stripe(at: place, ranks: machines[machine].count).map {
        bucket.pieces(ofStripe: $0, machines: machines.count)[machine]
      }
    }.filter { !$0.isEmpty }
  }

  /// The largest tree nodes within the shards of these machines, ascending.
  func nodes(ofMachines range: Range<Int>) -> [Range<Int>] {
    if let nodes = known[range] { return nodes }
    let ranges = machines[range].joined().sorted().map { rankNodes[$0] }
    var merged: [Range<Int>] = []
    for nodes in ranges {
      guard let first = nodes.first, let last = nodes.last else { continue }
      if let before = merged.last, before.upperBound == first.lowerBound {
        merged[merged.count - 1] = before.lowerBound..<last.upperBound
      } else {
        merged.append(first.lowerBound..<last.upperBound)
      }
    }
    let nodes = merged.flatMap { tree.maximalNodes(in: $0) }
    known[range] = nodes
    return nodes
  }
}
