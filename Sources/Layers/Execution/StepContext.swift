import Collectives
import Tensors

/// What the layers work on: memory, weights and shards, which are the same in every step, and what differs between steps.
public final class StepContext {
  /// The memory of activations.
  public let arena: Arena
  /// The gradients of tree node 0 of this rank, flat as the parameters; node k lies k · nodeStride floats behind.
  public let gradients: UnsafeMutablePointer<Float>
  /// Distance of two nodes' gradients in floats.
  public let nodeStride: Int
  /// Where layers put sums for their buffers (`Layer.sumsBuffers`): tree node 0 of this rank, flat as the buffers, the
  /// others as the gradients' nodes, followed by as many floats for counts if batches are ragged; nil outside training.
  public var bufferSums: UnsafeMutablePointer<Float>?
  /// This rank's shards of the batch.
  public let shards: ShardProgram
  /// The seed of whatever layers draw at random.
  public let seed: UInt64
  /// Sums over all ranks within a pass.
  let batchSums: BatchSums
  /// The weights that the layers work with.
  package let weights: Weights

  // MARK: What differs between steps

  /// Whether this is a training step; else layers such as dropout do nothing and running means are used.
  public var isTraining = false
  /// Training steps done before this one.
  public var step = 0
  /// Whether this batch continues the one before, row by row: layers that carry a state then start from it. False for the
  /// first batch of an epoch or an evaluation.
  public var isContinuation = false
  /// The position of this rank's first sample within the samples of the step, which is one global batch or several.
  public var firstSample = 0
  /// The share of the shape's steps that the batch has, by which observers' operations are counted; 1 unless it is ragged.
  public var shareOfSteps = 1.0
  /// Looks on as layers run, or nil.
  public var layerObserver: (any LayerObserver)?
  /// Runs each sum over all ranks within a pass, to note how long the rank waits there; nil to just run it.
  package var waiting: ((_ sum: () throws -> Void) throws -> Void)? {
    get { batchSums.waiting }
    set { batchSums.waiting = newValue }
  }
  /// Told when a layer's gradients are written, or nil.
  package var frontier: GradientFrontier?

  /// Bundles what a step needs; the layers work with these weights, and sum over a batch in this tree.
  public init(
    arena: Arena, weights: Weights, gradients: UnsafeMutablePointer<Float>, nodeStride: Int, shards: ShardProgram,
    tree: ReductionTree, communicator: any Communicator, seed: UInt64
  ) {
    self.arena = arena
    self.weights = weights
    self.gradients = gradients
    self.nodeStride = nodeStride
    self.shards = shards
    self.seed = seed
    batchSums = BatchSums(tree: tree, communicator: communicator)
  }

  /// Samples of the global batch.
  public var batchCount: Int { shards.batch }

  /// The parameters, flat.
  public var parameters: UnsafeMutablePointer<Float> { weights.arrivingValues.base }

  /// The buffers, flat.
  public var buffers: UnsafeMutablePointer<Float> { weights.bufferValues.base }

  /// A parameter's values.
  public func values(_ parameter: Parameter) -> UnsafeMutablePointer<Float> {
    parameters + parameter.offset
  }

  /// A buffer's values.
  public func values(ofBuffer buffer: Parameter) -> UnsafeMutablePointer<Float> {
    buffers + buffer.offset
  }

  /// A parameter's gradient at tree node 0.
  public func gradient(_ parameter: Parameter) -> UnsafeMutablePointer<Float> {
    gradients + parameter.offset
  }

  /// Makes a parameter's gradient zero at all of this rank's tree nodes.
  func clearGradient(_ parameter: Parameter) {
    for node in shards.reduction.nodes.indices {
      (gradient(parameter) + node * nodeStride).update(repeating: 0, count: parameter.count)
    }
  }

  /// What a counter has counted.
  public func count(_ counter: Counter) -> Int64 { weights.counts[counter.index] }

  /// Counts one more.
  public func increment(_ counter: Counter) { weights.counts[counter.index] += 1 }

  /// Where a buffer's sum of a tree node goes.
  func sums(ofBuffer buffer: Parameter, node: Int) -> UnsafeMutablePointer<Float> {
    guard let bufferSums else { preconditionFailure("sums for buffers outside training") }
    return bufferSums + node * nodeStride + buffer.offset
  }

  /// How far behind a buffer's sum the number of the added values lies, if sequences differ in length: such sums take
  /// twice the floats.
  var distanceOfCounts: Int { weights.bufferValues.count }
}
