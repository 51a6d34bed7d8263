import CKernels

/// Adds vectors over all ranks: each writes its tree nodes (`local.nodes`) to `nodes` and its own words to `control`; after
/// `reduce()` the sum lies at `result` and all ranks' words in `controls`.
package protocol GradientReducer: AnyObject {
  /// The number of floats in a vector.
  var elementCount: Int { get }
  /// The distance between two nodes in `nodes`, in floats.
  var stride: Int { get }
  /// What this rank adds up itself, before `reduce()`.
  var local: LocalReduction { get }
  /// This rank's nodes: node k of `local.nodes` starts at k · `stride`.
  var nodes: UnsafeMutablePointer<Float> { get }
  /// This rank's own words for all ranks.
  var control: UnsafeMutableBufferPointer<Double> { get }
  /// The sum after `reduce()`, until the next one begins.
  var result: UnsafePointer<Float> { get }
  /// Every rank's control words after `reduce()`, rank by rank.
  var controls: UnsafeBufferPointer<Double> { get }
  /// What this rank gets the sums of, ascending.
  var summed: [Range<Int>] { get }

  /// Says that this rank's nodes are written from `element` to the end.
  func advance(writtenFrom element: Int) throws
  /// Adds the nodes of all ranks.
  func reduce() throws
}

extension TreeReducer: GradientReducer {}

/// The reduction by the transport's own sum, `MPI_Allreduce`, which networks with arithmetic of their own make fast.
///
/// In whatever order it adds: the bits depend on the number of ranks, and MPI need not even give all ranks the same.
package final class NativeReducer: GradientReducer {
  package let elementCount: Int
  package let stride: Int
  package let local: LocalReduction
  package let nodes: UnsafeMutablePointer<Float>
  package let control: UnsafeMutableBufferPointer<Double>
  package let controls: UnsafeBufferPointer<Double>
  package var summed: [Range<Int>] { [0..<elementCount] }
  private let communicator: any Communicator
  private let words: UnsafeMutableBufferPointer<Double>
  private let counts, offsets: [Int]

  /// Makes the reducer of this rank; every rank makes it, with the same arguments.
  ///
  /// Throws `Failure(.usage)` where there are more ranks than shards.
  package init(
    communicator: any Communicator, tree: ReductionTree, elementCount: Int, controlCount: Int
  ) throws {
    self.communicator = communicator
    self.elementCount = elementCount
    local = try tree.local(rank: communicator.rank, of: communicator.size)
    stride = (max(1, elementCount) + ReductionPlan.grain - 1) / ReductionPlan.grain * ReductionPlan.grain
    nodes = allocateFloats(local.nodes.count * stride)
    words = .allocate(capacity: communicator.size * controlCount)
    words.initialize(repeating: 0)
    let own = communicator.rank * controlCount..<(communicator.rank + 1) * controlCount
    control = UnsafeMutableBufferPointer(rebasing: words[own])
    controls = UnsafeBufferPointer(words)
    let bytes = controlCount * MemoryLayout<Double>.size
    counts = Array(repeating: bytes, count: communicator.size)
    offsets = (0..<communicator.size).map { $0 * bytes }
  }

  deinit {
    nodes.deallocate()
    words.deallocate()
  }

  /// In the place of node 0.
  package var result: UnsafePointer<Float> { UnsafePointer(nodes) }

  /// Does nothing: all is added at the end.
  package func advance(writtenFrom element: Int) {}

  package func reduce() throws {
    for node in local.nodes.indices.dropFirst() {
      dpt_add(nodes, nodes + node * stride, nodes, stride)
    }
    try communicator.sum(UnsafeMutableBufferPointer(start: nodes, count: elementCount))
    try communicator.allgather(
      UnsafeRawBufferPointer(control), into: UnsafeMutableRawBufferPointer(words), counts: counts, offsets: offsets)
  }
}
