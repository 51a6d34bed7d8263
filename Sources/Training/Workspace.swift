import Collectives
import Layers
import Tensors

/// The memory that a model computes in on this rank, planned once and shared by training, evaluation and prediction.
public final class Workspace {
  /// The model, and the loss on its outputs.
  public let network: Network
  /// The tree in which everything that sums over a batch is added.
  public let tree: ReductionTree
  /// This rank's shards of the current batch.
  public let shards: ShardProgram
  /// The largest global batch.
  public let batch: Int
  /// The ranks.
  public let communicator: any Communicator
  /// Whose weights the layers are packed by, where that is known.
  var packedBy: ObjectIdentifier?
  private let arena: Arena
  private let seed: UInt64

  /// Plans and allocates the memory for this rank's part of the global batches that `settings` tell.
  /// - Throws: `Failure` (usage) where there are more ranks than shards, (configuration) where these cannot be rounded in
  ///   as many parts as the settings say, (system) where memory is short.
  public convenience init(_ network: Network, settings: TrainingSettings, communicator: any Communicator) throws {
    try self.init(
      network, batch: settings.batch,
      tree: ReductionTree(shards: settings.shards, parts: settings.compression?.parts), seed: settings.seed,
      communicator: communicator)
  }

  /// Plans and allocates the memory for this rank's part of global batches of up to `batch` samples; `seed` is that of
  /// layers that draw at random. With `keepsOutputs` an observer is given every layer's outputs, at the price of memory.
  /// - Throws: `Failure` (usage) where there are more ranks than shards, (system) where memory is short.
  public convenience init(
    _ network: Network, batch: Int, shards: Int, seed: UInt64, communicator: any Communicator,
    keepsOutputs: Bool = false
  ) throws {
    try self.init(
      network, batch: batch, tree: ReductionTree(shards: shards), seed: seed, communicator: communicator,
      keepsOutputs: keepsOutputs)
  }

  private init(
    _ network: Network, batch: Int, tree: ReductionTree, seed: UInt64, communicator: any Communicator,
    keepsOutputs: Bool = false
  ) throws {
    self.network = network
    self.seed = seed
    self.batch = batch
    self.communicator = communicator
    self.tree = tree
    shards = ShardProgram(try tree.local(rank: communicator.rank, of: communicator.size), shardCount: tree.shardCount)
    var plan = ArenaPlan(shards: shards.reduction.shards.count, keepsOutputs: keepsOutputs)
    network.model.plan(&plan, batch: shards.capacity(batch: batch))
    network.loss.plan(&plan, batch: shards.capacity(batch: batch))
    arena = try Arena(plan)
  }

  /// The model.
  public var model: Model { network.model }

  /// The loss on the model's outputs.
  public var loss: any Loss { network.loss }

  /// The largest number of samples that this rank has of a batch.
  public var capacity: Int { shards.capacity(batch: batch) }

  /// Bytes of activations, their gradients and packed weights on this rank.
  public var arenaBytes: Int { arena.byteCount }

  /// What layers work on: gradients go to `gradients`, tree nodes `nodeStride` floats apart; parameters and buffers are the
  /// model's unless others are given.
  func context(
    parameters: FloatBuffer? = nil, buffers: FloatBuffer? = nil, gradients: UnsafeMutablePointer<Float>,
    nodeStride: Int
  ) -> StepContext {
    StepContext(
      arena: arena, model: model, parameters: parameters, buffers: buffers, gradients: gradients,
      nodeStride: nodeStride, shards: shards,
      tree: tree, communicator: communicator, seed: seed)
  }
}
