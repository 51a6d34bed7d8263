import Collectives
import Layers
import Optimizers
import Tensors

/// The update of the weights divided among all ranks: each updates those pieces of the parameters whose gradients' sums it
/// makes, and keeps the optimizer's state for them alone. The new parameters travel while the next forward pass goes on.
///
/// The ranks of a machine have one copy of the parameters. The pieces are cut between blocks of the norms' sums, so the
/// bits are those of one rank's update. After Rajbhandari et al. 2020 (ZeRO, stage 1).
final class DividedUpdate {
  /// The values that this rank updates, ascending.
  let slices: [Range<Int>]
  private let reducer: TreeReducer
  private let communicator: any Communicator
  private let allSlices: [[Range<Int>]]
  private let optimizer: any Optimizer
  private let norm: BlockSums
  private var gatherings: [ObjectIdentifier: PartialSums] = [:]
  private var collector: PieceCollector?

  /// Divides the update of an experiment as its reducer scatters the sums; every rank calls it.
  /// - Throws: `Failure` where the ranks cannot exchange data, or memory is short.
  init(_ experiment: Experiment, reducer: TreeReducer, communicator: any Communicator) throws {
    let model = experiment.model
    optimizer = experiment.optimizer
    self.reducer = reducer
    self.communicator = communicator
    allSlices = (0..<communicator.size).map { reducer.scattered(toRank: $0) }
    slices = allSlices[communicator.rank]
    norm = BlockSums(segments: [0..<model.valueCount])
    try optimizer.restrict(to: slices)
    guard let values = reducer.values else { preconditionFailure("the reducer scatters the parameters' gradients") }
    if communicator.neighbours.first == communicator.rank {
      values.update(from: model.arrivingValues.base, count: model.valueCount)
    }
    try communicator.barrier()
    model.arrivingValues.move(to: values, of: reducer)
  }

  /// The norm of all ranks' slices of the mean gradients, in the bits of `GradientClipping.norm`.
  func norm(of gradients: UnsafePointer<Float>) throws -> Double {
    norm.compute(slices, of: gradients)
    try gather(norm)
    return norm.norm()
  }

  /// Gives all ranks the partial sums of all. Allocates nothing after the first time.
  func gather(_ sums: BlockSums) throws {
    if let known = gatherings[ObjectIdentifier(sums)] { return try known.gather() }
    let new = try PartialSums(sums, slices: allSlices, communicator: communicator)
    gatherings[ObjectIdentifier(sums)] = new
    try new.gather()
  }

  /// Waits until every rank has come here.
  func meet() throws { try communicator.barrier() }

  /// This rank's slices are updated: all ranks may have them.
  func share() throws { try reducer.shareValues() }

  /// Makes room for `collect`, which allocates nothing then.
  func prepareCollecting() throws { _ = try makeCollector() }

  /// Puts a vector, of which each rank has its slices, together on rank 0; `isJoined` where it has nothing else. Every
  /// rank calls it.
  func collect(_ values: UnsafePointer<Float>, isJoined: Bool = false, into whole: FloatBuffer?) throws {
    try makeCollector().collect(values, isJoined: isJoined, into: whole?.base)
  }

  private func makeCollector() throws -> PieceCollector {
    let result = try collector ?? PieceCollector(allSlices, communicator: communicator)
    collector = result
    return result
  }
}
