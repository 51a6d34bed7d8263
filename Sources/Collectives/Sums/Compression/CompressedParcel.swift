/// Some elements of a machine's tree nodes in a message. Whole parts have 16 bits a value. Other nodes have 32: smaller ones
/// are not rounded yet, and larger ones are no longer than their parts in 16 bits.
final class CompressedParcel {
  private let nodes: [Range<Int>]
  private let values: [NodeValues.Values]
  private let memory: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Makes room for `count` elements of each node.
  init(_ nodes: [Range<Int>], count: Int, tree: ReductionTree) {
    self.nodes = nodes
    let isHalf = nodes.map { tree.part($0) != nil }
    let bytes = isHalf.map { count * ($0 ? MemoryLayout<UInt16>.size : floatSize) }
    byteCount = bytes.reduce(0, +)
    let memory = UnsafeMutableRawPointer(allocateFloats((byteCount + floatSize - 1) / floatSize))
    self.memory = memory
    // Floats come first: they must be aligned.
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

  /// The message's bytes.
  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: memory, count: byteCount) }

  /// The nodes with their values.
  var nodeValues: [NodeValues] { zip(nodes, values).map { NodeValues(node: $0, values: $1) } }

  /// Writes a node's sum of `count` elements from `offset` on.
  func write(_ node: Int, _ sum: TreeJoin, offset: Int, count: Int) {
    switch values[node] {
    case .floats(let values): sum.run(into: UnsafeMutablePointer(mutating: values), offset: offset, count: count)
    case .halves(let values):
      sum.run(into: nil, packed: UnsafeMutablePointer(mutating: values), offset: offset, count: count)
    }
  }
}
