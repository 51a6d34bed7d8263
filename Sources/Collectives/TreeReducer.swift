import Diagnostics

/// Adds vectors over all shards of all ranks in the tree, and gives every rank the same bits.
///
/// Before `reduce()` a rank writes its tree nodes (`local.nodes`) to `nodes` and its own words to `control`; after it
/// the sum lies at `result` and all ranks' words in `controls`. All memory is allocated once, by `init`.
///
/// Short vectors: every rank gathers every node and joins them all itself. Long ones: each rank owns a slice of the
/// elements, gets that slice of every node and joins it; then the joined slices are gathered. The bits are the same.
public final class TreeReducer {
  /// The longest node, in bytes, that is gathered whole unless told otherwise.
  public static let defaultWholeLimit = 64 << 10

  /// The number of floats in a vector.
  public let elementCount: Int
  /// The distance between two nodes in `nodes`, in floats: `elementCount` rounded up to 16.
  public let stride: Int
  /// What this rank adds up itself, before `reduce()`.
  public let local: LocalReduction
  /// This rank's nodes: node k of `local.nodes` starts at k · `stride`. Aligned to 64 bytes. `reduce()` overwrites it.
  public let nodes: UnsafeMutablePointer<Float>
  /// This rank's own words for all ranks, such as seconds of compute or a wish to stop: its part of `controls`.
  public let control: UnsafeMutableBufferPointer<Double>
  /// The sum, `elementCount` floats, after `reduce()`. Aligned to 64 bytes; may share memory with `nodes`.
  public let result: UnsafeMutablePointer<Float>
  /// Every rank's control words after `reduce()`, rank by rank.
  public let controls: UnsafeBufferPointer<Double>

  private let communicator: any Communicator
  private let layout: ReductionLayout
  private let join: TreeJoin
  private let main: UnsafeMutableRawBufferPointer
  private let received: UnsafeMutableRawBufferPointer
  private let words: UnsafeMutableRawBufferPointer

  /// Makes the reducer of this rank; every rank makes it with the same arguments.
  ///
  /// Throws `Failure(.usage)` where there are more ranks than shards.
  /// - Parameters:
  ///   - communicator: the ranks.
  ///   - tree: the tree over the shards of a batch.
  ///   - elementCount: the number of floats in a vector.
  ///   - controlCount: the number of control words a rank.
  ///   - wholeLimit: the longest node, in bytes, that is gathered whole.
  public init(
    communicator: any Communicator, tree: ReductionTree, elementCount: Int, controlCount: Int,
    wholeLimit: Int = TreeReducer.defaultWholeLimit
  ) throws {
    precondition(elementCount >= 0 && controlCount >= 0, "a vector has no negative length")
    let rank = communicator.rank
    let ranks = communicator.size
    local = try tree.local(rank: rank, of: ranks)
    layout = try ReductionLayout(
      tree: tree, rank: rank, ranks: ranks, elementCount: elementCount, controlCount: controlCount,
      wholeLimit: wholeLimit)
    self.communicator = communicator
    self.elementCount = elementCount
    stride = layout.stride

    main = allocate(layout.mainBytes(rank: rank))
    received = allocate(layout.receivedBytes(rank: rank))
    words = allocate(layout.controlCounts.reduce(0, +))
    guard let mainFloats = main.bindMemory(to: Float.self).baseAddress,
      let receivedFloats = received.bindMemory(to: Float.self).baseAddress
    else { preconditionFailure("allocated memory has an address") }
    nodes = layout.path == .whole ? mainFloats + layout.blockOffsets[rank] / floatSize : mainFloats
    result = mainFloats
    let allWords = words.bindMemory(to: Double.self)
    let own = rank * controlCount..<(rank + 1) * controlCount
    control = UnsafeMutableBufferPointer(rebasing: allWords[own])
    controls = UnsafeBufferPointer(rebasing: allWords[..<(ranks * controlCount)])

    var pieces: [UnsafeMutablePointer<Float>] = []
    for owner in 0..<ranks {
      for k in 0..<layout.nodeCounts[owner] {
        switch layout.path {
        case .alone: pieces.append(nodes)
        case .whole: pieces.append(mainFloats + layout.blockOffsets[owner] / floatSize + k * stride)
        case .slices where owner == rank: pieces.append(nodes + k * stride + layout.slices[rank].lowerBound)
        case .slices:
          let node = layout.firstNodes[owner] + k
          pieces.append(receivedFloats + layout.receivedStart(ofNode: node, rank: rank))
        }
      }
    }
    join = TreeJoin(joins: layout.joins, pieces: pieces)
  }

  deinit {
    join.deallocate()
    main.deallocate()
    received.deallocate()
    words.deallocate()
  }

  /// Adds the nodes of all ranks into `result` and collects `controls`. Every rank calls it; allocates nothing.
  public func reduce() throws {
    switch layout.path {
    case .alone: break  // The root's node is the result, and the only control words are in place.
    case .whole: try reduceWhole()
    case .slices: try reduceSlices()
    }
  }

  private func reduceWhole() throws {
    let rank = communicator.rank
    copy(UnsafeRawBufferPointer(control), 0, to: main, controlStart(rank), count: layout.controlCounts[rank])
    let own = part(main, layout.blockOffsets[rank], layout.blockCounts[rank])
    try communicator.allgather(own, into: main, counts: layout.blockCounts, offsets: layout.blockOffsets)
    for r in 0..<communicator.size where r != rank {
      copy(
        UnsafeRawBufferPointer(main), controlStart(r), to: words, layout.controlOffsets[r],
        count: layout.controlCounts[r])
    }
    join.run(into: result, count: stride)
  }

  private func reduceSlices() throws {
    let rank = communicator.rank
    for round in layout.rounds {
      try communicator.alltoall(
        UnsafeRawBufferPointer(main), sendCounts: round.sendCounts, sendOffsets: round.sendOffsets,
        into: received, receiveCounts: round.receiveCounts, receiveOffsets: round.receiveOffsets)
    }
    // The result takes the place of node 0, whose other slices have been delivered by now.
    let slice = layout.slices[rank]
    join.run(into: result + slice.lowerBound, count: slice.count)
    let joined = part(main, layout.sliceOffsets[rank], layout.sliceCounts[rank])
    try communicator.allgather(joined, into: main, counts: layout.sliceCounts, offsets: layout.sliceOffsets)
    let own = part(words, layout.controlOffsets[rank], layout.controlCounts[rank])
    try communicator.allgather(own, into: words, counts: layout.controlCounts, offsets: layout.controlOffsets)
  }

  /// Where the control words of a rank travel: behind its nodes.
  private func controlStart(_ rank: Int) -> Int {
    layout.blockOffsets[rank] + layout.nodeCounts[rank] * stride * floatSize
  }

  private func part(_ buffer: UnsafeMutableRawBufferPointer, _ start: Int, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer[start..<start + count])
  }
}

/// Zeroed memory on a 64-byte boundary, never empty, so that it has an address.
private func allocate(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
  memory.initializeMemory(as: UInt8.self, repeating: 0)
  return memory
}
