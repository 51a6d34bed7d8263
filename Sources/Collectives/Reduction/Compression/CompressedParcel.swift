/// A machine's tree nodes, some elements of each, as they travel: a whole part in 16 bits a value, all else in 32, be it
/// less than a part, which is yet to be rounded, or more, which is shorter so than its parts.
final class CompressedParcel {
  private let nodes: [Range<Int>]
  private let values: [RoundingJoin.Values]
  private let memory: UnsafeMutableRawPointer
  /// The bytes that travel.
  let byteCount: Int

  /// Makes room for `count` elements of each node.
  init(_ nodes: [Range<Int>], count: Int, tree: ReductionTree) {
    self.nodes = nodes
    let isHalf = nodes.map { tree.part($0) != nil }
    let bytes = isHalf.map { count * ($0 ? MemoryLayout<UInt16>.size : floatSize) }
    byteCount = bytes.reduce(0, +)
    let memory = UnsafeMutableRawPointer(allocateFloats((byteCount + floatSize - 1) / floatSize))
    self.memory = memory
    // Floats lie first, since they must be aligned.
    var next = (floats: 0, halves: zip(isHalf, bytes).reduce(0) { $0 + ($1.0 ? 0 : $1.1) })
    values = zip(isHalf, bytes).map { isHalf, bytes in
      defer { if isHalf { next.halves += bytes } else { next.floats += bytes } }
      return isHalf
        ? .halves((memory + next.halves).assumingMemoryBound(to: UInt16.self))
        : .floats((memory + next.floats).assumingMemoryBound(to: Float.self))
    }
  }

  deinit {
    memory.deallocate()
  }

  /// All that travels.
  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: memory, count: byteCount) }

  /// The nodes with their values.
  var pieces: [RoundingJoin.Piece] { zip(nodes, values).map { RoundingJoin.Piece(node: $0, values: $1) } }

  /// Fills in a node's sum, of elements from `offset` on.
  func write(_ node: Int, _ sum: RoundingJoin, offset: Int, count: Int) {
    switch values[node] {
    case .floats(let values): sum.run(offset: offset, count: count, into: UnsafeMutablePointer(mutating: values))
    case .halves(let values):
      sum.run(offset: offset, count: count, into: nil, packed: UnsafeMutablePointer(mutating: values))
    }
  }
}
