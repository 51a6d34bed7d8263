import Collectives
import Formats
import Optimizers
import Tensors

/// What a checkpoint keeps and the ranks have parts of, brought together on rank 0; the others have none of it.
struct GatheredState {
  /// The optimizer's state of all parameters.
  var optimizer: [OptimizerState] = []
  /// The states that stateful layers carry within an epoch.
  var carried: [SafetensorsFile.Tensor] = []
  /// What compression has left out of the gradients.
  var residuals: [[Float]] = []
}

extension TrainingStep {
  /// Brings together what ranks have parts of, `withinEpoch` or between two; every rank calls it.
  /// - Throws: `Failure` where the ranks cannot exchange data, or memory is short.
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

  /// Gives each rank its part of what rank 0 has; every rank calls it. The carried states are those of a batch of so many
  /// samples.
  /// - Throws: `Failure` where the ranks cannot exchange data, or memory is short.
  func scatter(_ state: GatheredState, carriedBatch: Int) throws {
    let communicator = workspace.communicator
    let optimizer = experiment.optimizer
    // Only rank 0 has room for more than one whole vector.
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
