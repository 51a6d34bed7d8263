/// How a vector is added up over all shards of all ranks: what all ranks know alike.
///
/// Ranks of one machine read one another's tree nodes in shared memory. Between machines only sums travel: the largest
/// tree nodes that lie wholly within a machine's shards.
package final class ReductionPlan {
  /// A stretch of the vector that is added up by itself, as soon as it is written.
  struct Bucket {
    /// Its elements, whole cache lines.
    let elements: Range<Int>
    /// Its parts, each of which one rank of every machine adds up, and sends.
    let lanes: [Range<Int>]
    /// Whether lanes travel whole, so that few messages do; else each machine adds up a piece of them.
    let isShort: Bool
    /// Whether the control words travel with it; it is the last one then.
    let carriesControls: Bool
    /// Whether it is rounded; it is long then.
    let isCompressed: Bool
    /// Whether each rank gets the sum of its own piece alone; it is long then.
    let isScattered: Bool
  }

  /// The floats of a cache line, on whose boundaries nodes, buckets, lanes and pieces start.
  package static let grain = 16
  /// The longest vector, in bytes, that each rank of a machine adds up whole unless told otherwise.
  static let defaultWholeLimit = 16 << 10
  /// The longest bucket, in bytes, that travels whole between machines unless told otherwise.
  static let defaultShortLimit = 64 << 10
  /// The bytes of a bucket between machines unless told otherwise.
  package static let defaultBucketBytes = 4 << 20
  /// The least that is worth another rank's help.
  private static let laneBytes = 4 << 10

  let tree: ReductionTree
  let machines: [[Int]]
  let elementCount: Int
  let stride: Int
  let controlCount: Int
  /// How the first elements are rounded, if they are.
  let compression: Compression?
  /// How the first elements' sums are divided among the ranks, if they are.
  let scatter: Scatter?
  /// The tree nodes of each rank.
  let rankNodes: [[Range<Int>]]
  /// Whether every rank adds up everything itself, as the ranks of one machine do with a short vector.
  let isWhole: Bool
  /// Whether a single rank's only node is the sum.
  let isSum: Bool
  /// In the order in which they are added up: from the end of the vector to its start.
  let buckets: [Bucket]
  private var known: [Range<Int>: [Range<Int>]] = [:]

  /// Plans; all ranks give the same arguments.
  ///
  /// Throws `Failure(.usage)` where there are more ranks than shards.
  package init(
    tree: ReductionTree, machines: [[Int]], elementCount: Int, controlCount: Int, wholeLimit: Int? = nil,
    bucketBytes: Int = ReductionPlan.defaultBucketBytes, boundaries: [Int] = [], compression: Compression? = nil,
    scatter: Scatter? = nil
  ) throws {
    precondition(elementCount >= 0 && controlCount >= 0, "a vector has no negative length")
    let rounded = compression?.count ?? 0
    let head = max(rounded, scatter?.count ?? 0)
    precondition(
      head <= elementCount && head.isMultiple(of: Self.grain), "what is rounded or scattered ends at a grain")
    precondition(
      [0, head].contains(rounded) && [0, head].contains(scatter?.count ?? 0), "all is rounded that is scattered")
    precondition(scatter?.grain.isMultiple(of: Self.grain) ?? true, "pieces are whole grains")
    self.tree = tree
    self.machines = machines
    self.elementCount = elementCount
    self.controlCount = controlCount
    self.compression = compression
    self.scatter = scatter
    let ranks = machines.reduce(0) { $0 + $1.count }
    rankNodes = try tree.nodes(ofRanks: ranks)
    stride = max(1, (elementCount + Self.grain - 1) / Self.grain) * Self.grain
    let isOneMachine = machines.count == 1
    isSum = ranks == 1 && rankNodes[0].count == 1 && compression == nil
    precondition(ranks > 1 || scatter == nil, "what is scattered has several ranks to go to")
    isWhole =
      isOneMachine && !isSum && compression == nil && scatter == nil
      && stride * floatSize <= wholeLimit ?? Self.defaultWholeLimit

    let most = machines.map(\.count).min() ?? 1
    let shortLimit = wholeLimit ?? Self.defaultShortLimit
    let stretches = [head..<stride, 0..<head].filter { !$0.isEmpty }
    let parts = stretches.flatMap { stretch in
      let grain = stretch.lowerBound < head ? scatter?.grain ?? Self.grain : Self.grain
      return isOneMachine ? [stretch] : Self.divide(stretch, bytes: bucketBytes, boundaries: boundaries, grain: grain)
    }
    var buckets = parts.map { part in
      let bytes = part.count * floatSize
      let isCompressed = part.upperBound <= rounded
      let grain = part.upperBound <= scatter?.count ?? 0 ? scatter?.grain : nil
      let isShort = !isOneMachine && !isCompressed && grain == nil && bytes <= shortLimit
      let isLast = part.lowerBound == 0
      return Bucket(
        elements: part,
        lanes: part.divided(into: min(most, max(1, bytes / Self.laneBytes)), grain: grain ?? Self.grain),
        isShort: isShort, carriesControls: isLast && grain == nil && (isOneMachine || isShort),
        isCompressed: isCompressed, isScattered: grain != nil)
    }
    if buckets.last?.carriesControls == false, controlCount > 0 {
      buckets.append(
        Bucket(
          elements: 0..<0, lanes: [0..<0], isShort: true, carriesControls: true, isCompressed: false,
          isScattered: false))
    }
    self.buckets = isSum ? [] : buckets
  }

  /// The number of ranks.
  var ranks: Int { rankNodes.count }

  /// The machine of a rank, and its place among that machine's ranks.
  func place(ofRank rank: Int) -> (machine: Int, place: Int) {
    for (machine, ranks) in machines.enumerated() {
      if let place = ranks.firstIndex(of: rank) { return (machine, place) }
    }
    preconditionFailure("every rank is on a machine")
  }

  /// The place, among its machine's ranks, of the one that adds up a lane.
  func owner(ofLane lane: Int, of bucket: Bucket, onMachine machine: Int) -> Int {
    lane * machines[machine].count / bucket.lanes.count
  }

  /// The lane of a bucket that the rank at a place adds up, if any.
  func lane(of bucket: Bucket, at place: (machine: Int, place: Int)) -> Int? {
    bucket.lanes.indices.first { owner(ofLane: $0, of: bucket, onMachine: place.machine) == place.place }
  }

  /// A lane's pieces, one for each machine, which adds it up.
  func pieces(ofLane lane: Int, of bucket: Bucket) -> [Range<Int>] {
    bucket.lanes[lane].divided(
      into: machines.count, grain: bucket.isScattered ? scatter?.grain ?? Self.grain : Self.grain)
  }

  /// What a rank gets the sums of, where these are scattered: ascending, none of them empty.
  func scattered(toRank rank: Int) -> [Range<Int>] {
    let place = place(ofRank: rank)
    return buckets.reversed().filter(\.isScattered).compactMap { bucket in
      lane(of: bucket, at: place).map { pieces(ofLane: $0, of: bucket)[place.machine] }
    }.filter { !$0.isEmpty }
  }

  /// The largest tree nodes that lie wholly within the shards of these machines, ascending.
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

extension Range<Int> {
  /// Parts of nearly equal length.
  func divided(into count: Int) -> [Range<Int>] {
    (0..<count).map { lowerBound + self.count * $0 / count..<lowerBound + self.count * ($0 + 1) / count }
  }

  /// Elements that begin at a grain, divided at grains.
  func divided(into count: Int, grain: Int) -> [Range<Int>] {
    (lowerBound / grain..<(upperBound + grain - 1) / grain).divided(into: count).map {
      Swift.min($0.lowerBound * grain, upperBound)..<Swift.min($0.upperBound * grain, upperBound)
    }
  }
}
