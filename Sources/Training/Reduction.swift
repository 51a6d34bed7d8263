import Collectives
import Diagnostics
import Optimizers

/// How gradients are added up over the ranks.
public enum Reduction: String, CaseIterable, Sendable {
  /// In one fixed tree over the shards: the same bits on any number of ranks.
  case tree
  /// By `MPI_Allreduce`, in whatever order it likes, for networks that add themselves: the bits depend on the number of
  /// ranks.
  case native
}

/// Gradients in 16 bits where they travel between machines, with error feedback; see `Compression`.
public struct GradientCompression: Equatable, Sendable {
  /// What gradients are rounded to.
  public var format: Compression.Format
  /// The most parts of the reduction tree that are rounded each by itself, at most as many as there are shards; the result
  /// depends on it.
  public var parts: Int

  /// Both.
  public init(format: Compression.Format, parts: Int) {
    self.format = format
    self.parts = parts
  }
}

extension TrainingSettings {
  /// The tree in which everything that sums over a batch is added.
  /// - Throws: `Failure` (configuration) where there are no shards, or more parts than shards.
  func makeTree() throws -> ReductionTree {
    try ReductionTree(shards: shards, parts: compression?.parts)
  }
}

extension Experiment {
  /// What adds up `elementCount` floats of all ranks, the gradients first, whose sums are scattered where the update is
  /// divided; every rank makes it.
  /// - Throws: `Failure` (usage) where there are more ranks than shards, (configuration) where what the transport adds
  ///   would have to be rounded.
  func makeReducer(
    _ workspace: Workspace, elementCount: Int, controlCount: Int, network: NetworkMeasurement?
  ) throws -> any GradientReducer {
    let compression = settings.compression.map { Compression(format: $0.format, count: model.valueCount) }
    let scatter =
      dividesUpdate(workspace.communicator, network: network)
      ? Scatter(count: model.valueCount, grain: BlockSums.grain) : nil
    switch settings.reduction {
    case .tree:
      return try TreeReducer(
        communicator: workspace.communicator, tree: workspace.tree, elementCount: elementCount,
        controlCount: controlCount, bucketBytes: network?.bucketBytes,
        boundaries: model.parameters.map(\.offset), compression: compression, scatter: scatter)
    case .native:
      guard compression == nil else {
        throw Failure(
          .configuration, "the native reduction cannot compress gradients",
          advice: "reduce in the tree, or leave compression out")
      }
      return try NativeReducer(
        communicator: workspace.communicator, tree: workspace.tree, elementCount: elementCount,
        controlCount: controlCount)
    }
  }
}
