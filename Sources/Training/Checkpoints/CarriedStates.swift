import Collectives
import Formats
import Layers

/// The carried states of stateful layers, for all ranks' rows in the order of the batch: floats, whatever the precision of the
/// layers is.
struct CarriedStates {
  static let prefix = "carried."

  private let workspace: Workspace
  private let context: StepContext

  init(workspace: Workspace, context: StepContext) {
    self.workspace = workspace
    self.context = context
  }

  private var carriers: [any StateCarrying] { workspace.program.stateCarriers }

  /// The size of the batch whose states are carried.
  var batch: Int { carriers.first?.carriedBatch ?? 0 }

  /// Gathers all rows. Every rank calls it.
  func gather() throws -> [SafetensorsFile.Tensor] {
    guard batch > 0 else { return [] }
    let rows = try ranges()
    let own = rows[workspace.communicator.rank]
    var tensors: [SafetensorsFile.Tensor] = []
    for carrier in carriers {
      let width = carrier.carriedWidth
      for base in carrier.carriedRows(context) {
        let all = try workspace.communicator.gather(
          (0..<own.count * width).map { base[$0] }, counts: rows.map { $0.count * width })
        tensors.append(("\(CarriedStates.prefix)\(tensors.count)", [batch, width], all))
      }
    }
    return tensors
  }

  /// Distributes rank 0's tensors: each rank gets its rows of batches of `batch` samples. Every rank calls it.
  func scatter(_ tensors: [SafetensorsFile.Tensor], batch: Int) throws {
    guard batch > 0 else { return }
    let own = try ranges(of: batch)[workspace.communicator.rank]
    var index = 0
    for carrier in carriers {
      carrier.carriedBatch = batch
      for base in carrier.carriedRows(context) {
        var all = [Float](repeating: 0, count: batch * carrier.carriedWidth)
        if workspace.communicator.isRoot, index < tensors.count, tensors[index].values.count == all.count {
          all = tensors[index].values
        }
        try all.withUnsafeMutableBytes { try workspace.communicator.broadcast($0, root: 0) }
        for (place, value) in all[own.lowerBound * carrier.carriedWidth..<own.upperBound * carrier.carriedWidth]
          .enumerated()
        {
          base[place] = value
        }
        index += 1
      }
    }
  }

  private func ranges(of batch: Int? = nil) throws -> [Range<Int>] {
    let (batch, shards) = (batch ?? self.batch, workspace.tree.shardCount)
    return try (0..<workspace.communicator.size).map { rank in
      let own = try workspace.tree.local(rank: rank, of: workspace.communicator.size).shards
      return own.lowerBound * batch / shards..<own.upperBound * batch / shards
    }
  }
}
