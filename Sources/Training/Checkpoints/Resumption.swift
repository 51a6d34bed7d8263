import Collectives
import Diagnostics
import Formats
import Foundation

/// Puts a checkpoint that rank 0 has read back on all ranks, however many there are.
struct Resumption {
  private let experiment: Experiment
  private let communicator: any Communicator
  private let carried: CarriedStates
  private let residuals: Residuals?
  private let activity: Activity?

  init(_ experiment: Experiment, communicator: any Communicator, step: TrainingStep, activity: Activity?) {
    self.experiment = experiment
    self.communicator = communicator
    carried = step.carried
    residuals = step.residuals
    self.activity = activity
  }

  /// Restores from `checkpoint`, given on rank 0; returns the manifest on every rank, or nil where there is none.
  /// - Throws: `Failure` where the checkpoint does not fit the experiment.
  func run(_ checkpoint: (folder: CheckpointFolder, manifest: CheckpointManifest)?) throws -> CheckpointManifest? {
    var tensors: [SafetensorsFile.Tensor] = []
    var left: [[Float]] = []
    if let checkpoint {
      (tensors, left) = try Snapshot.restore(
        experiment, from: checkpoint.folder, residualCount: residuals?.vectorCount ?? 0)
    }
    activity?.enter(.waiting, step: checkpoint?.manifest.progress.step ?? 0)
    guard let manifest = try share(checkpoint?.manifest) else { return nil }
    for vector in Snapshot.vectors(experiment) {
      try communicator.broadcast(UnsafeMutableRawBufferPointer(vector.floats), root: 0)
    }
    for counter in experiment.model.counters {
      try withUnsafeMutableBytes(of: &counter.value) { try communicator.broadcast($0, root: 0) }
    }
    try carried.scatter(tensors, batch: manifest.carriedBatch)
    try residuals?.scatter(left, communicator)
    experiment.optimizer.stepCount = manifest.optimizerSteps
    experiment.schedule.state = manifest.schedule
    return manifest
  }

  private func share(_ manifest: CheckpointManifest?) throws -> CheckpointManifest? {
    var bytes: [UInt8] = []
    if let manifest {
      let encoder = JSONEncoder.withSpecialNumbers([])
      bytes = Array(try encoder.encode(manifest))
    }
    var count = bytes.count
    try withUnsafeMutableBytes(of: &count) { try communicator.broadcast($0, root: 0) }
    guard count > 0 else { return nil }
    if !communicator.isRoot { bytes = [UInt8](repeating: 0, count: count) }
    try bytes.withUnsafeMutableBytes { try communicator.broadcast($0, root: 0) }
    let decoder = JSONDecoder.withSpecialNumbers()
    return try decoder.decode(CheckpointManifest.self, from: Data(bytes))
  }
}
