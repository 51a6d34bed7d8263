import Collectives
import Diagnostics
import Optimizers

extension Experiment {
  /// Makes the sum of `elementCount` floats over all ranks, the gradients first; these are scattered if the update is
  /// divided. Every rank makes it.
  /// - Throws: `Failure` (usage) if there are more ranks than shards, (configuration) if `reduction` is native and gradients
  ///   are compressed.
  func makeGradientSum(_ workspace: Workspace, elementCount: Int, link: LinkSpeed?) throws -> any GradientSum {
    let (communicator, tree) = (workspace.communicator, workspace.tree)
    switch settings.reduction {
    case .tree:
      return try TreeSum(
        SumLayout(
          elementCount: elementCount, statusCount: RankStatus.count, bucketBytes: link?.bucketBytes,
          boundaries: model.parameters.map(\.offset),
          compression: settings.compression.map { Compression(format: $0.format, count: model.valueCount) },
          scatter: dividesUpdate(communicator, link: link)
            ? Scatter(count: model.valueCount, grain: BlockSums.blockLength) : nil),
        tree: tree, communicator: communicator)
    case .native:
      guard settings.compression == nil else {
        throw Failure(
          .configuration, "the native reduction cannot compress gradients",
          advice: "reduce in the tree, or leave compression out")
      }
      return try NativeSum(
        elementCount: elementCount, statusCount: RankStatus.count, tree: tree, communicator: communicator)
    }
  }

  /// Whether the update is divided among these ranks; `link` is the link between their machines.
  func dividesUpdate(_ communicator: any Communicator, link: LinkSpeed?) -> Bool {
    settings.reduction == .tree
      && settings.optimizerSharding.divides(
        bytes: model.valueCount * MemoryLayout<Float>.size, ranks: communicator.size,
        machines: communicator.machines.count, isCompressed: settings.compression != nil, link: link)
  }
}
