import Collectives
import Diagnostics
import Foundation
import Layers

/// Saves a training's state: copies it in memory between two steps, and writes the copy on a background thread.
///
/// Every rank has one and makes the same calls; rank 0 writes.
public final class CheckpointKeeper {
  /// The members of rank 0.
  private final class Root {
    let store: CheckpointStore
    let snapshot: Snapshot
    let bestSnapshot: Snapshot
    let writer = CheckpointWriter()
    var hasNewBest = false
    var lastStep: Int?

    init(store: CheckpointStore, experiment: Experiment) throws {
      self.store = store
      snapshot = try Snapshot(experiment, includesState: true)
      bestSnapshot = try Snapshot(experiment, includesState: false)
    }
  }

  private let experiment: Experiment
  private let schedule: CheckpointSchedule
  private let recipe: String
  private let root: Root?
  private let warn: (String) -> Void
  /// The best evaluation on validation samples so far, without its classes.
  public private(set) var best: EvaluationReport?

  /// Prepares checkpoints.
  /// - Parameters:
  ///   - experiment: the training.
  ///   - schedule: says how many are kept.
  ///   - store: the place of the checkpoints on rank 0; nil on the others.
  ///   - recipe: the resolved recipe.
  ///   - warn: prints a warning if a checkpoint could not be written and training continues.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public init(
    _ experiment: Experiment, schedule: CheckpointSchedule, store: CheckpointStore?, recipe: String,
    warn: @escaping (String) -> Void
  ) throws {
    self.experiment = experiment
    self.schedule = schedule
    self.recipe = recipe
    self.warn = warn
    root = try store.map { try Root(store: $0, experiment: experiment) }
  }

  /// Restores the best evaluation from a checkpoint.
  func restore(best: EvaluationReport?) {
    self.best = best.flatMap { $0.isBetter(than: nil, by: experiment.settings.monitor) ? $0 : nil }
  }

  /// Keeps a copy of the weights if an evaluation is the best so far by the monitored metric.
  func note(_ report: EvaluationReport) throws {
    guard report.isBetter(than: best, by: experiment.settings.monitor) else { return }
    best = report.withoutClasses
    guard let root else { return }
    if let failure = root.writer.finish() { complain(failure) }
    try root.bestSnapshot.takeWeights()
    root.hasNewBest = true
  }

  /// Saves the progress and the gathered state. If a checkpoint is still being written, it does nothing; with `waits`, it
  /// waits for that one and until this one is on disk.
  /// - Throws: `Failure` if `waits` and the checkpoint cannot be written.
  func save(
    _ progress: TrainingProgress, _ state: GatheredState, recorded: [String: Int], waits: Bool
  ) throws {
    guard let root, waits || !root.writer.isBusy else { return }
    if let failure = root.writer.finish(), !waits { complain(failure) }
    if root.lastStep != progress.step || root.hasNewBest {
      try root.snapshot.take(state)
      let manifest = manifest(progress, carriedBatch: state.carried.first?.shape.first ?? 0, recorded: recorded)
      root.lastStep = progress.step
      root.writer.start(job(root, manifest))
    }
    if waits, let failure = root.writer.finish() { throw failure }
  }

  private func manifest(
    _ progress: TrainingProgress, carriedBatch: Int, recorded: [String: Int]
  ) -> CheckpointManifest {
    CheckpointManifest(
      progress: progress, seed: experiment.settings.seed,
      samplesConsumed: progress.epoch * experiment.samplesPerEpoch + progress.position,
      optimizerSteps: experiment.optimizer.stepCount, schedule: experiment.schedule.state, best: best, recipe: recipe,
      carriedBatch: carriedBatch, recorded: recorded)
  }

  private func job(_ root: Root, _ manifest: CheckpointManifest) -> CheckpointWriter.Job {
    let newBest = root.hasNewBest ? best : nil
    root.hasNewBest = false
    let (store, keep) = (root.store, schedule.keep)
    return CheckpointWriter.Job {
      if let newBest {
        let folder = store.folder("best-", step: newBest.step)
        var manifest = manifest
        manifest.best = newBest
        try folder.write(manifest, weights: root.bestSnapshot.evaluatedWeightsFile(), state: nil)
        store.settle("best-", link: "best", newest: folder, keep: 1)
      }
      let folder = store.folder("step-", step: manifest.progress.step)
      try folder.write(manifest, weights: root.snapshot.weightsFile(), state: root.snapshot.stateFile())
      store.settle("step-", link: "last", newest: folder, keep: keep)
    }
  }

  /// Gives the experiment the best weights in place of those that evaluations take, from the file that `save` wrote; returns
  /// their evaluation, or nil if there is none or nothing is saved. Every rank calls it, after `save` with `waits`.
  /// - Throws: `Failure` if the file is missing or damaged, or the ranks cannot exchange data.
  func restoreBest(_ communicator: any Communicator) throws -> EvaluationReport? {
    guard let best, try communicator.broadcast([root == nil ? 0 : 1], from: 0) == [1] else { return nil }
    let weights = experiment.evaluatedWeights
    if let root {
      let folder = root.store.folder("best-", step: best.step)
      _ = try folder.verified()
      try experiment.evaluatedNetwork.model.readWeights(from: folder.weights)
    }
    for vector in [try weights.values, weights.bufferValues] {
      try communicator.broadcast(UnsafeMutableRawBufferPointer(vector.floats), root: 0)
    }
    try weights.counts.withUnsafeMutableBytes { try communicator.broadcast($0, root: 0) }
    weights.noteChange()
    return best
  }

  /// The processor's seconds that the last checkpoint to be written took; 0 before and on ranks without a store. Its thread
  /// takes them from training, unlike the time for which it waits for the disk.
  var writingSeconds: Double { root?.writer.processorSeconds ?? 0 }

  /// Waits for a checkpoint that is being written. Call it before training ends in any way.
  func finish() {
    if let failure = root?.writer.finish() { complain(failure) }
  }

  private func complain(_ failure: Failure) {
    warn("a checkpoint was not written, and training continues: \(failure.message)")
  }
}
