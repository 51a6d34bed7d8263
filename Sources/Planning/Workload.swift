import Collectives

/// The work of all machines in a step.
public struct Workload {
  /// The samples of a step.
  public var batch: Int
  /// The tree over their shards, in which gradients are added.
  public var tree: ReductionTree
  /// Whether gradients travel between machines in 16 bits.
  public var isCompressed: Bool
  /// Whether machines divide the update, so that parameters travel in place of sums.
  public var dividesUpdate: Bool

  /// A step's work.
  public init(batch: Int, tree: ReductionTree, isCompressed: Bool = false, dividesUpdate: Bool = false) {
    self.batch = batch
    self.tree = tree
    self.isCompressed = isCompressed
    self.dividesUpdate = dividesUpdate
  }
}
