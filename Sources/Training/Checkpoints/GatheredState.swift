import Collectives
import Formats
import Optimizers
import Tensors

/// The state for a checkpoint that is divided among the ranks, gathered on rank 0; empty on other ranks.
struct GatheredState {
  /// The optimizer's state of all parameters.
  var optimizer: [OptimizerState] = []
  /// The carried states of stateful layers, within an epoch.
  var carried: [SafetensorsFile.Tensor] = []
  /// The residuals of compression.
  var residuals: [[Float]] = []
}

extension TrainingStep {
  /// Gathers the divided state, with carried states if `withinEpoch`. Every rank calls it.
  /// - Throws: `Failure` if the ranks cannot exchange data, or there is not enough memory.
  func gatherState(withinEpoch: Bool) throws -> GatheredState {
    let communicator = workspace.communicator
    return GatheredState(
      optimizer: try gatherOptimizerState(), carried: withinEpoch ? try carried.gather() : [],
      residuals: try residuals?.gather(communicator) ?? [])
  }

  private func gatherOptimizerState() throws -> [OptimizerState] {
    let optimizer = experiment.optimizer
    guard let divided = update.divided else { return optimizer.state }
    let whole = workspace.communicator.isRoot ? try Snapshot.makeState(experiment) : []
    for (index, part) in optimizer.state.enumerated() {
      try divided.collect(part.values.base, isJoined: true, into: whole.isEmpty ? nil : whole[index].values)
    }
    return whole
  }

  /// Distributes rank 0's state: each rank gets its part. Every rank calls it. The carried states are those of a batch of
  /// `carriedBatch` samples.
  /// - Throws: `Failure` if the ranks cannot exchange data, or there is not enough memory.
  func scatter(_ state: GatheredState, carriedBatch: Int) throws {
    let communicator = workspace.communicator
    let optimizer = experiment.optimizer
    // Only rank 0 has memory for more than one whole vector.
    let room = communicator.isRoot ? nil : try FloatBuffer(count: experiment.model.valueCount)
    for (index, part) in optimizer.state.enumerated() {
      let whole = room ?? state.optimizer[index].values
      try communicator.broadcast(UnsafeMutableRawBufferPointer(whole.floats), root: 0)
      var next = part.values.base
      for slice in optimizer.slices {
        next.update(from: whole.base + slice.lowerBound, count: slice.count)
        next += slice.count
      }
    }
    try carried.scatter(state.carried, batch: carriedBatch)
    try residuals?.scatter(state.residuals, communicator)
  }
}
