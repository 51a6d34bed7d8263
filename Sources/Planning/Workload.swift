import Collectives

/// What all machines do together in a step.
public struct Workload {
  /// The samples.
  public var batch: Int
  /// The tree over their shards, in which gradients are added.
  public var tree: ReductionTree
  /// Whether gradients are rounded to 16 bits when they travel.
  public var isCompressed: Bool
  /// Whether machines divide the update between them, and parameters travel in place of sums.
  public var dividesUpdate: Bool

  /// A step's work.
  public init(batch: Int, tree: ReductionTree, isCompressed: Bool = false, dividesUpdate: Bool = false) {
    self.batch = batch
    self.tree = tree
    self.isCompressed = isCompressed
    self.dividesUpdate = dividesUpdate
  }
}
