import Collectives
import Layers
import Tensors

/// A model and its loss at work on one rank: program, arena and shards, which training, evaluation and prediction share. A
/// network can have several workspaces at once.
public final class Workspace {
  /// The model, and the loss on its outputs.
  public let network: Network
  /// The passes of the model's layers.
  public private(set) var program: Program
  /// The pass of the loss.
  public private(set) var lossPass: any LossPass
  /// The tree in which all sums over a batch are added, and the ranks' shares of it.
  public private(set) var tree: ReductionTree
  /// This rank's shards of the current batch.
  public private(set) var shards: ShardProgram
  /// The largest global batch.
  public let batch: Int
  /// The ranks.
  public let communicator: any Communicator
  /// The context whose weights the layers have packed; nil if unknown.
  private(set) var packedContext: ObjectIdentifier?
  private var arena: Arena
  private let seed: UInt64
  private let keepsOutputs: Bool
  private let precision: Precision

  /// Plans and allocates the memory for this rank's part of the global batches of the `settings`.
  /// - Throws: `Failure` (usage) if there are more ranks than shards, (configuration) if the shards cannot be rounded in as
  ///   many parts as the settings say, (system) if memory is short.
  public convenience init(_ network: Network, settings: TrainingSettings, communicator: any Communicator) throws {
    try self.init(network, settings: settings, shares: nil, communicator: communicator)
  }

  /// The same for other shares of the shards than even ones.
  convenience init(
    _ network: Network, settings: TrainingSettings, shares: ShardShares?, communicator: any Communicator
  ) throws {
    try self.init(
      network, batch: settings.batch,
      tree: ReductionTree(shards: settings.shards, parts: settings.compression?.parts).divided(by: shares),
      seed: settings.seed, communicator: communicator, precision: settings.precision)
  }

  /// Plans and allocates the memory for this rank's part of global batches of up to `batch` samples; `seed` is that of
  /// layers that draw at random. With `keepsOutputs` an observer is given every layer's outputs, at the price of memory;
  /// these have the `precision`.
  /// - Throws: `Failure` (usage) if there are more ranks than shards, (system) if memory is short.
  public convenience init(
    _ network: Network, batch: Int, shards: Int, seed: UInt64, communicator: any Communicator,
    keepsOutputs: Bool = false, precision: Precision = .float32
  ) throws {
    try self.init(
      network, batch: batch, tree: ReductionTree(shards: shards), seed: seed, communicator: communicator,
      keepsOutputs: keepsOutputs, precision: precision)
  }

  private init(
    _ network: Network, batch: Int, tree: ReductionTree, seed: UInt64, communicator: any Communicator,
    keepsOutputs: Bool = false, precision: Precision
  ) throws {
    self.network = network
    self.seed = seed
    self.batch = batch
    self.communicator = communicator
    self.tree = tree
    self.keepsOutputs = keepsOutputs
    self.precision = precision
    shards = try Workspace.shards(of: tree, communicator)
    var plan = ArenaPlan(
      shards: shards.reduction.shards.count, keepsOutputs: keepsOutputs, precision: precision)
    (program, lossPass) = Workspace.plan(network, &plan, capacity: shards.capacity(batch: batch))
    arena = try Arena(plan)
  }

  private static func shards(of tree: ReductionTree, _ communicator: any Communicator) throws -> ShardProgram {
    ShardProgram(try tree.local(rank: communicator.rank, of: communicator.size), shardCount: tree.shardCount)
  }

  /// Gives the ranks other shares of the shards; nil for even ones. It frees its memory before it allocates new memory. So what
  /// was made for the former shares, such as steps and evaluators, must not run any more.
  /// - Throws: `Failure` (system) if memory is short; the workspace cannot be used then until it is divided in another way.
  func divide(by shares: ShardShares?) throws {
    tree = tree.divided(by: shares)
    shards = try Workspace.shards(of: tree, communicator)
    var plan = ArenaPlan(
      shards: shards.reduction.shards.count, keepsOutputs: keepsOutputs, precision: precision)
    (program, lossPass) = Workspace.plan(network, &plan, capacity: capacity)
    packedContext = nil
    let growth = Arena.byteCount(of: plan).all - arena.byteCount
    try AvailableMemory.check(growth * communicator.neighbours.count)
    arena.release()
    arena = try Arena(plan)
  }

  private static func plan(
    _ network: Network, _ plan: inout ArenaPlan, capacity: Int
  ) -> (program: Program, lossPass: any LossPass) {
    (
      network.model.makeProgram(&plan, batch: capacity),
      network.loss.makePass(&plan, outputs: network.model.outputShape, batch: capacity)
    )
  }

  /// Bytes on this rank, if layers compute in a precision: of activations, their gradients and scratch, and of what is kept from
  /// step to step, such as packed weights. Allocates nothing.
  public func bytes(in precision: Precision) -> (activations: Int, kept: Int) {
    var plan = ArenaPlan(shards: shards.reduction.shards.count, precision: precision)
    _ = Workspace.plan(network, &plan, capacity: capacity)
    let bytes = Arena.byteCount(of: plan)
    return (bytes.all - bytes.kept, bytes.kept)
  }

  /// The model.
  public var model: Model { network.model }

  /// The largest number of samples that this rank has in a batch.
  public var capacity: Int { shards.capacity(batch: batch) }

  /// Makes a context: gradients go to `gradients`, tree nodes `nodeStride` floats apart. The weights are the model's, or
  /// others of the same layout.
  func context(
    weights: Weights? = nil, gradients: UnsafeMutablePointer<Float>, nodeStride: Int
  ) -> StepContext {
    StepContext(
      arena: arena, weights: weights ?? model.weights, gradients: gradients, nodeStride: nodeStride, shards: shards,
      tree: tree, communicator: communicator, seed: seed)
  }

  /// Packs a context's weights for the layers, after these have arrived.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func pack(_ context: StepContext) throws {
    try context.weights.awaitValues()
    program.pack(context)
    packedContext = ObjectIdentifier(context)
  }

  /// Call it before a training step, in which each layer is packed separately.
  func willPack(_ context: StepContext) {
    context.weights.noteChange()
    packedContext = ObjectIdentifier(context)
  }
}
