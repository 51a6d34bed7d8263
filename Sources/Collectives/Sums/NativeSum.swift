import CKernels

/// The transport's sum, `MPI_Allreduce`, which is fast on networks that can add.
///
/// The transport chooses the order of additions: the bits depend on the number of ranks, and MPI need not even give all ranks
/// the same.
package final class NativeSum: GradientSum {
  package let elementCount: Int
  package let stride: Int
  package let local: LocalReduction
  package let nodes: UnsafeMutablePointer<Float>
  package let status: StatusTable
  private let communicator: any Communicator
  /// The status words' lengths and offsets in bytes, by rank.
  private let counts, offsets: [Int]

  /// The sum on this rank. Every rank makes it with the same arguments.
  /// - Throws: `Failure` (usage) if there are more ranks than shards.
  package init(elementCount: Int, statusCount: Int, tree: ReductionTree, communicator: any Communicator) throws {
    self.communicator = communicator
    self.elementCount = elementCount
    local = try tree.local(rank: communicator.rank, of: communicator.size)
    stride = ReductionPlan.padded(elementCount)
    nodes = allocateFloats(local.nodes.count * stride)
    status = StatusTable(rank: communicator.rank, of: communicator.size, count: statusCount)
    let bytes = statusCount * MemoryLayout<Double>.size
    counts = Array(repeating: bytes, count: communicator.size)
    offsets = (0..<communicator.size).map { $0 * bytes }
  }

  deinit {
    nodes.deallocate()
  }

  /// The sum, which overwrites node 0.
  package var result: UnsafePointer<Float> { UnsafePointer(nodes) }

  package var summed: [Range<Int>] { [0..<elementCount] }
  package var residuals: Residuals? { nil }
  package var share: PieceShare? { nil }

  /// Does nothing: everything is added in `reduce()`.
  package func advance(writtenFrom element: Int) {}

  package func reduce() throws {
    for node in local.nodes.indices.dropFirst() {
      dpt_add(nodes, nodes + node * stride, nodes, stride)
    }
    try communicator.sum(UnsafeMutableBufferPointer(start: nodes, count: elementCount))
    try communicator.allgather(
      UnsafeRawBufferPointer(status.own), into: status.memory, counts: counts, offsets: offsets)
  }
}
