import Collectives
import Diagnostics
import Foundation

/// Restores a checkpoint that rank 0 has read, on any number of ranks.
struct Resumption {
  private let experiment: Experiment
  private let communicator: any Communicator
  private let step: TrainingStep
  private let activity: Activity

  init(_ experiment: Experiment, communicator: any Communicator, step: TrainingStep, activity: Activity) {
    self.experiment = experiment
    self.communicator = communicator
    self.step = step
    self.activity = activity
  }

  /// Restores from `checkpoint`, given on rank 0; returns the manifest on every rank, or nil if there is none.
  /// - Throws: `Failure` if the checkpoint does not fit the experiment.
  func run(_ checkpoint: (folder: CheckpointFolder, manifest: CheckpointManifest)?) throws -> CheckpointManifest? {
    var state = GatheredState()
    if let checkpoint {
      let settings = experiment.settings
      guard checkpoint.manifest.fits(samples: experiment.samplesPerEpoch, batch: settings.batch) else {
        throw Failure(
          .data, "\(checkpoint.folder.path) is of a training with more samples or larger batches",
          advice: "resume with the data and the batch that the run began with")
      }
      state = try Snapshot.restore(
        experiment, from: checkpoint.folder, residualCount: step.residuals?.vectorCount ?? 0)
    }
    activity.enter(.waiting, step: checkpoint?.manifest.progress.step ?? 0)
    guard let manifest = try share(checkpoint?.manifest) else { return nil }
    let weights = experiment.model.weights
    for copy in [weights] + (experiment.average == nil ? [] : [experiment.evaluatedWeights]) {
      for vector in [try copy.values, copy.bufferValues] {
        try communicator.broadcast(UnsafeMutableRawBufferPointer(vector.floats), root: 0)
      }
    }
    try weights.counts.withUnsafeMutableBytes { try communicator.broadcast($0, root: 0) }
    try step.scatter(state, carriedBatch: manifest.carriedBatch)
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
    bytes = try communicator.broadcast(bytes, from: 0)
    guard !bytes.isEmpty else { return nil }
    let decoder = JSONDecoder.withSpecialNumbers()
    return try decoder.decode(CheckpointManifest.self, from: Data(bytes))
  }
}
