/// Where everything lies that a `TreeReducer` sends and receives. All offsets are bytes unless they say floats.
struct ReductionLayout {
  /// How the ranks' nodes come together.
  enum Path {
    /// One rank: its one node is the sum.
    case alone
    /// Every rank gathers all nodes whole.
    case whole
    /// Every rank gathers its slice of all nodes, and then all joined slices.
    case slices
  }

  /// One alltoall, which delivers the j-th node of every rank that has so many.
  struct Round {
    var sendCounts: [Int] = []
    var sendOffsets: [Int] = []
    var receiveCounts: [Int] = []
    var receiveOffsets: [Int] = []
  }

  /// The floats of a SIMD16, on whose boundaries nodes and slices start: 64 bytes.
  static let grain = 16

  let path: Path
  let stride: Int
  let joins: [Int32]
  /// The number of nodes of each rank, and the index of its first one among all.
  let nodeCounts: [Int]
  let firstNodes: [Int]

  /// The block of each rank where nodes travel whole: its nodes, then its control words.
  private(set) var blockCounts: [Int] = []
  private(set) var blockOffsets: [Int] = []

  /// Each rank's slice of a vector, in floats.
  let slices: [Range<Int>]
  private(set) var rounds: [Round] = []
  private(set) var sliceCounts: [Int] = []
  private(set) var sliceOffsets: [Int] = []

  let controlCounts: [Int]
  let controlOffsets: [Int]

  init(
    tree: ReductionTree, rank: Int, ranks: Int, elementCount: Int, controlCount: Int, wholeLimit: Int
  ) throws {
    let nodes = try tree.nodes(ofRanks: ranks)
    let grains = max(1, (elementCount + Self.grain - 1) / Self.grain)
    stride = grains * Self.grain
    path = ranks == 1 ? .alone : stride * floatSize <= wholeLimit ? .whole : .slices
    joins = ReductionTree.joins(of: nodes.flatMap { $0 }, to: 0..<tree.shardCount)
    nodeCounts = nodes.map(\.count)
    firstNodes = starts(nodeCounts)
    slices = (0..<ranks).map { (grains * $0 / ranks * Self.grain)..<(grains * ($0 + 1) / ranks * Self.grain) }
    controlCounts = Array(repeating: controlCount * MemoryLayout<Double>.size, count: ranks)
    controlOffsets = starts(controlCounts)

    if path == .whole {
      let words = (controlCounts[0] + Self.grain * floatSize - 1) / (Self.grain * floatSize) * Self.grain * floatSize
      let bytes = stride * floatSize
      blockCounts = nodeCounts.map { $0 * bytes + words }
      blockOffsets = starts(blockCounts)
    }
    if path == .slices {
      sliceCounts = slices.map { $0.count * floatSize }
      sliceOffsets = slices.map { $0.lowerBound * floatSize }
      rounds = (0..<(nodeCounts.max() ?? 0)).map { makeRound($0, rank: rank) }
    }
  }

  /// The number of nodes of all ranks.
  var nodeCount: Int { joins.count }

  /// The bytes of the area that begins with the result: the nodes of this rank, or the blocks of all.
  func mainBytes(rank: Int) -> Int {
    path == .whole ? blockCounts.reduce(0, +) : nodeCounts[rank] * stride * floatSize
  }

  /// The bytes of the slices of other ranks' nodes.
  func receivedBytes(rank: Int) -> Int {
    path == .slices ? (nodeCount - nodeCounts[rank]) * slices[rank].count * floatSize : 0
  }

  /// The place among the received slices, in floats, of a node of another rank.
  func receivedStart(ofNode node: Int, rank: Int) -> Int {
    (node < firstNodes[rank] ? node : node - nodeCounts[rank]) * slices[rank].count
  }

  private func makeRound(_ index: Int, rank: Int) -> Round {
    var round = Round()
    for peer in nodeCounts.indices {
      let sends = peer != rank && index < nodeCounts[rank]
      let receives = peer != rank && index < nodeCounts[peer]
      let start = receives ? receivedStart(ofNode: firstNodes[peer] + index, rank: rank) : 0
      round.sendCounts.append(sends ? slices[peer].count * floatSize : 0)
      round.sendOffsets.append(sends ? (index * stride + slices[peer].lowerBound) * floatSize : 0)
      round.receiveCounts.append(receives ? slices[rank].count * floatSize : 0)
      round.receiveOffsets.append(start * floatSize)
    }
    return round
  }
}

let floatSize = MemoryLayout<Float>.size

/// Where each part starts when parts of these sizes lie one after the other.
private func starts(_ counts: [Int]) -> [Int] {
  var sum = 0
  return counts.map { count in
    defer { sum += count }
    return sum
  }
}
