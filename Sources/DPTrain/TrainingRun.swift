import Formats
import Foundation
import Recording

/// The work of a `TrainingJob`: what is shown, written and saved around the training.
struct TrainingRun {
  let recipe: Recipe
  let experiment: Experiment
  let workspace: Workspace
  /// On rank 0.
  let folder: RunFolder?
  let job: TrainingJob

  /// Trains, at most until `deadline` in `monotonicSeconds`.
  func train(_ communicator: any Communicator, deadline: Double?) throws -> RunSummary {
    SignalRequests.install()
    let environment = try RunEnvironment(
      version: dpTrainVersion, communicator: communicator, mpi: Launch.describe,
      network: try NetworkMeasurement.measure(communicator))
    if communicator.isRoot { experiment.data.notices.forEach(warn) }
    let checkpoint = job.resumes ? folder.flatMap(newestCheckpoint) : nil
    let schedule = recipe.checkpoint.schedule
    let keeper = try CheckpointKeeper(
      experiment, schedule: schedule, store: folder.map { CheckpointStore(path: $0.checkpoints) },
      recipe: recipe.resolvedYAML(), warn: warn)
    let activity = Activity()
    let watch = try stallWatch(activity, communicator, hosts: environment.hosts)
    watch?.start()
    defer { watch?.stop() }
    let trainer = try Trainer(
      experiment, workspace: workspace, observers: try observers(environment, resumingFrom: checkpoint?.manifest),
      control: RunControl(folder: folder?.path, deadline: deadline, schedule: schedule), keeper: keeper,
      activity: activity, network: environment.network)
    if job.resumes { try trainer.resume(checkpoint) }
    let summary = try trainer.run()
    if let folder { try conclude(summary, folder: folder, best: keeper.best) }
    return summary
  }

  /// What finds ranks that stopped answering, where there are several.
  private func stallWatch(
    _ activity: Activity, _ communicator: any Communicator, hosts: [String]
  ) throws -> StallWatch? {
    guard communicator.size > 1 else { return nil }
    let path = try communicator.text(folder?.path ?? "", from: 0)
    return StallWatch(
      activity, folder: path + "/stalls", rank: communicator.rank, hosts: hosts, warnAfter: job.stallWarning,
      abortAfter: job.stallAbort, say: warn, end: { communicator.abort($0) })
  }

  private func newestCheckpoint(
    _ folder: RunFolder
  ) -> (folder: CheckpointFolder, manifest: CheckpointManifest)? {
    CheckpointStore(path: folder.checkpoints).newest { warn("\($0.message); looking for an older checkpoint") }
  }

  private func warn(_ text: String) {
    FileHandle.standardError.write(Data("dp-train: \(text)\n".utf8))
  }

  /// Writes what is known before the first step.
  private func observers(
    _ environment: RunEnvironment, resumingFrom manifest: CheckpointManifest?
  ) throws -> [any Observer] {
    guard let folder else { return [] }
    try folder.write(recipe.resolvedYAML(), to: folder.recipe)
    try folder.write(json: environment, to: folder.environment)
    try folder.write(json: experiment.data.training.facts, to: folder.dataFacts)
    Terminal.write(SettingsTable.text(recipe, experiment: experiment, environment: environment, folder: folder))
    if job.resumes {
      let start =
        manifest.map { "after step \(Format.count($0.progress.step))" } ?? "from the start: nothing is saved yet"
      Terminal.write("going on \(start)\n\n")
    }
    let metrics = folder.metrics
    return [
      try MetricsRecorder(
        path: metrics, every: recipe.record.every,
        keeping: manifest?.recorded[(metrics as NSString).lastPathComponent] ?? 0),
      ProgressReporter(epochs: recipe.epochs, width: Terminal.width),
    ] + (try job.observers(folder.path))
  }

  private func conclude(_ summary: RunSummary, folder: RunFolder, best: EvaluationReport?) throws {
    if let stopped = summary.stopped {
      Terminal.write(
        "\nstopped by \(stopped.words) after step \(Format.count(summary.steps)), and saved; go on with\n"
          + "  dp-train train --out \(folder.path) --resume\n")
      return
    }
    try experiment.writeWeights(to: folder.weights, metadata: ["recipe": recipe.name])
    var rows = [["time", "\(Format.count(summary.steps)) steps in \(Format.seconds(summary.seconds))"]]
    for evaluation in summary.evaluations { rows.append([evaluation.split.rawValue, text(evaluation)]) }
    if let best, best.step < summary.steps {
      rows.append(["best", "\(text(best)), after epoch \(best.epoch): \(folder.checkpoints)/best"])
    }
    rows.append(["weights", folder.weights + (experiment.average == nil ? "" : " (averaged)")])
    rows.append(["SHA-256", try sha256(ofFile: folder.weights)])
    Terminal.write("\n" + Format.table(rows))
  }

  private func text(_ evaluation: EvaluationReport) -> String {
    let accuracy = evaluation.accuracy.map { "accuracy \(Format.percent($0)), " } ?? ""
    return "\(accuracy)loss \(Format.loss(evaluation.loss)) on \(Format.count(evaluation.samples)) samples"
  }
}
