import Collectives
import Diagnostics
import Layers
import Optimizers
import Tensors

/// The divided update: each rank updates the pieces of the parameters whose gradients' sums it makes, and keeps the
/// optimizer's state for these alone. The new parameters travel during the next forward pass.
///
/// The ranks of a machine share one copy of the parameters: `init` moves the model's values to shared memory. The pieces are
/// cut between blocks of the norms' sums, so the bits are those of one rank's update. After Rajbhandari et al. 2020 (ZeRO,
/// stage 1).
final class DividedUpdate {
  /// The values that this rank updates, ascending.
  let slices: [Range<Int>]
  private let pieces: PieceShare
  private let communicator: any Communicator
  private let allSlices: [[Range<Int>]]
  private let optimizer: any Optimizer
  private let norm: BlockSums
  private let activity: Activity
  private var gatherings: [ObjectIdentifier: PartialSums] = [:]
  private var collector: PieceCollector?

  /// Divides the update of an experiment into the ranks' pieces. Every rank calls it. `activity` is told of waiting for other
  /// ranks: a rank that stops may stop here, too.
  /// - Throws: `Failure` if the ranks cannot exchange data, or there is not enough memory.
  init(_ experiment: Experiment, pieces: PieceShare, communicator: any Communicator, activity: Activity) throws {
    let model = experiment.model
    optimizer = experiment.optimizer
    self.pieces = pieces
    self.communicator = communicator
    self.activity = activity
    allSlices = (0..<communicator.size).map { pieces.pieces(ofRank: $0) }
    slices = allSlices[communicator.rank]
    norm = BlockSums(segments: [0..<model.valueCount])
    try restrict()
    if communicator.neighbours.first == communicator.rank {
      pieces.values.update(from: model.weights.arrivingValues.base, count: model.valueCount)
    }
    try communicator.barrier()
    model.weights.arrivingValues.move(to: pieces.values, of: pieces)
  }

  /// Restricts the optimizer to the slices, unless it has them already.
  private func restrict() throws {
    guard optimizer.slices != slices else { return }
    guard slices.allSatisfy({ slice in optimizer.slices.contains { $0.clamped(to: slice) == slice } }) else {
      throw Failure(
        .system, "the ranks of a machine cannot share memory any more",
        advice: "resume the training from its last checkpoint")
    }
    try optimizer.restrict(to: slices)
  }

  /// The norm of all ranks' slices of the mean gradients, with the same bits as `GradientClipping.norm`.
  func norm(of gradients: UnsafePointer<Float>) throws -> Double {
    norm.compute(slices, of: gradients)
    try gather(norm)
    return norm.norm()
  }

  /// Exchanges the partial sums of all ranks. Allocates nothing after the first time.
  func gather(_ sums: BlockSums) throws {
    try activity.wait {
      if let known = gatherings[ObjectIdentifier(sums)] { return try known.gather() }
      let new = try PartialSums(sums, slices: allSlices, communicator: communicator)
      gatherings[ObjectIdentifier(sums)] = new
      try new.gather()
    }
  }

  /// Waits until every rank has called it.
  func meet() throws { try activity.wait { try communicator.barrier() } }

  /// Starts sending this rank's updated slices to all ranks.
  func share() throws { try pieces.begin() }

  /// Allocates the memory for `collect`, which then allocates nothing.
  func prepareCollecting() throws { _ = try makeCollector() }

  /// Collects a vector on rank 0, of which each rank has its slices; only these if `isJoined`. Every rank calls it.
  func collect(_ values: UnsafePointer<Float>, isJoined: Bool = false, into whole: FloatBuffer?) throws {
    try activity.wait { try makeCollector().collect(values, isJoined: isJoined, into: whole?.base) }
  }

  private func makeCollector() throws -> PieceCollector {
    let result = try collector ?? PieceCollector(allSlices, communicator: communicator)
    collector = result
    return result
  }
}
