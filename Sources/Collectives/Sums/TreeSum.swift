/// Sums vectors over all shards of all ranks in the tree, and gives every rank the same bits.
///
/// Before `reduce()` a rank writes its tree nodes (`local.nodes`) to `nodes` and its status words to `status.own`. After it
/// the sum is at `result` and all ranks' words are in `status`. `init` allocates all memory.
///
/// The ranks of a machine read each other's nodes in shared memory; if that is refused, each rank counts as a separate
/// machine. Between machines the vector travels in buckets, its end first. Call `advance(writtenFrom:)` as nodes are written:
/// a background thread sends them if the transport allows it.
public final class TreeSum {
  /// The additions that this rank makes itself before `reduce()`.
  public let local: LocalReduction
  /// This rank's nodes: node k of `local.nodes` starts at k · `stride`. Aligned to 64 bytes. They may be written whenever no
  /// sum is running.
  public let nodes: UnsafeMutablePointer<Float>
  /// The sum, `elementCount` floats, after `reduce()` and until the next one begins. Aligned to 64 bytes. The ranks of a
  /// machine may share its memory; if a single rank's only node is the sum, it is in `nodes`.
  public let result: UnsafePointer<Float>
  /// This rank's status words, and those of all ranks after `reduce()`.
  public let status: StatusTable
  /// The elements whose sums this rank gets, ascending: all, or those that are not scattered and its pieces.
  public let summed: [Range<Int>]
  /// The residuals of rounding; nil if the vector is not compressed.
  public let residuals: Residuals?
  /// Shares the values that ranks compute from scattered sums; nil if sums are not scattered.
  public let share: PieceShare?
  /// The algorithm that adds the nodes.
  let algorithm: any SumAlgorithm
  private let plan: ReductionPlan
  private let progress: MessageProgress

  /// The sum on this rank. Every rank makes it with the same arguments.
  /// - Throws: `Failure` (usage) if there are more ranks than shards, or if the transport fails.
  public convenience init(_ layout: SumLayout, tree: ReductionTree, communicator: any Communicator) throws {
    try self.init(Participant(layout, tree: tree, communicator: communicator))
  }

  init(_ participant: Participant) throws {
    let (plan, rank) = (participant.plan, participant.rank)
    let (layout, tree) = (plan.layout, plan.tree)
    self.plan = plan
    local = try tree.local(rank: rank, of: plan.ranks)
    status = StatusTable(rank: rank, of: plan.ranks, count: layout.statusCount)
    residuals = layout.compression.map { Residuals(elementCount: $0.count, vectorCount: tree.partCount + 1) }
    summed = plan.pieces(ofRank: rank) + [(layout.scatter?.count ?? 0)..<layout.elementCount]
    let algorithm = try participant.makeAlgorithm(status, residuals: residuals)
    self.algorithm = algorithm
    (nodes, result) = (algorithm.nodes, algorithm.result)
    let gathering = layout.scatter == nil ? nil : try PieceGathering(participant)
    let progress = MessageProgress(participant, algorithm, gathering)
    self.progress = progress
    share = gathering.map { PieceShare(participant, $0, progress) }
  }

  /// The number of floats in a vector.
  public var elementCount: Int { plan.layout.elementCount }

  /// The distance between two nodes in `nodes`, in floats: `elementCount` rounded up to 16.
  public var stride: Int { plan.stride }

  /// Marks this rank's nodes as written from `element` to the end, so that they may be sent.
  ///
  /// `element` may decrease with each call; `reduce()` marks the rest. Does nothing on one machine.
  public func advance(writtenFrom element: Int) throws {
    guard plan.machines.count > 1 else { return }
    try progress.resume {
      checkShare()
      algorithm.write(from: element)
    }
  }

  /// Adds the nodes of all ranks into `result` and gets all status words. Every rank calls it. Allocates nothing.
  public func reduce() throws {
    checkShare()
    try progress.complete(algorithm)
  }

  private func checkShare() {
    precondition(share?.isComplete ?? true, "await shared values before the next sum")
  }
}
