import Diagnostics
import Formats
import Foundation
import Recording
import Reporting

/// The work of a `TrainingJob`: trains, and prints, records and saves around it.
struct TrainingRun {
  let recipe: Recipe
  let experiment: Experiment
  let workspace: Workspace
  /// Warnings to print before the first step.
  let warnings: [String]
  /// The run's folder on rank 0; nil on other ranks.
  let folder: RunFolder?
  let job: TrainingJob
  /// Whether it goes on from a checkpoint. The file of initial weights was not read then.
  let continues: Bool
  /// The checkpoint on rank 0; nil on other ranks.
  let checkpoint: (folder: CheckpointFolder, manifest: CheckpointManifest)?

  /// Describes the training, which must be the same on all ranks.
  var description: String { Session.describe("train", recipe, experiment) }

  /// Trains to the end, to the time limit, or to the end of `lastEpoch`.
  func train(
    _ communicator: any Communicator, until limit: TimeLimit?, lastEpoch: Int? = nil
  ) throws -> RunSummary {
    SignalRequests.install()
    let environment = try RunEnvironment(
      version: dpTrainVersion, communicator: communicator, mpi: Launch.describe,
      course: RunEnvironment.Course(experiment),
      initialWeights: communicator.isRoot ? try initialWeights() : nil,
      network: try LinkSpeed.measure(communicator))
    if communicator.isRoot { (warnings + [balanceWarning(ranks: communicator.size)].compactMap(\.self)).forEach(warn) }
    let schedule = recipe.checkpoint.schedule
    let keeper = try CheckpointKeeper(
      experiment, schedule: schedule, store: folder.map { CheckpointStore(path: $0.checkpoints) },
      recipe: recipe.resolvedYAML(), warn: warn)
    let activity = Activity()
    let watch = try stallWatch(activity, communicator, hosts: environment.hosts)
    try watch?.start()
    defer { watch?.stop() }
    if let folder { try begin(environment, folder: folder, resumingFrom: checkpoint?.manifest) }
    let recorder = try folder.map { try recording.makeRecorder(experiment, folder: $0, resuming: checkpoint?.manifest) }
    let trainer = try Trainer(
      experiment, workspace: workspace,
      observers: try recorder.map { try observers($0, ranks: communicator.size) } ?? [],
      control: RunControl(
        folder: folder?.path, stopFile: job.part?.stopFile, deadline: limit?.deadline, schedule: schedule),
      keeper: keeper, activity: activity, link: environment.network)
    trainer.lastEpoch = lastEpoch
    let timeline = try job.timelineSteps.map { try Timeline(experiment.model, steps: $0, communicator: communicator) }
    timeline?.follow(trainer, activity: activity)
    if job.resumes { try trainer.resume(checkpoint) }
    let summary: RunSummary
    do {
      summary = try trainer.run()
    } catch {
      // Write the steps before the failure; a failure of that must not hide the first one.
      try? recorder?.flush()
      throw error
    }
    try timeline?.write(to: folder?.timeline)
    if let folder {
      let cause = summary.stopped.map { $0 == .timeLimit ? limit?.text ?? $0.text : $0.text }
      if let cause {
        try folder.note(
          RunHistory(
            summary.stopped == .pause ? .pause : .stop, step: summary.steps, ranks: environment.ranks,
            hosts: environment.hosts, cause: cause))
      }
      try conclude(summary, folder: folder, best: keeper.best, cause: cause)
    }
    return summary
  }

  /// The digest of the weights that the run began with. If they were of a file, it is the one that was noted then.
  private func initialWeights() throws -> String? {
    guard continues, recipe.model.weights != nil else { return try experiment.weightsDigest() }
    return try? folder?.readEnvironment().initialWeights
  }

  /// A watch for ranks that stall; nil if there is only one rank.
  private func stallWatch(
    _ activity: Activity, _ communicator: any Communicator, hosts: [String]
  ) throws -> StallWatch? {
    guard communicator.size > 1 else { return nil }
    let path = try communicator.text(folder?.path ?? "", from: 0)
    return StallWatch(
      activity, folder: path + "/stalls", rank: communicator.rank, hosts: hosts, warnAfter: job.stallWarning,
      abortAfter: job.stallAbort, say: warn, end: { communicator.abort($0) })
  }

  /// Says that nothing can be balanced; nil if something can, or need not.
  private func balanceWarning(ranks: Int) -> String? {
    guard recipe.balance == .auto, ranks > 1, recipe.shards == ranks else { return nil }
    let advice = recipe.shardsToBalance(ranks: ranks).map {
      " With shards=\($0), which changes the results, their shares could differ."
    }
    return "balance is auto, but there are as many shards as ranks, \(ranks): each rank has one, whatever its speed."
      + (advice ?? "")
  }

  private func warn(_ text: String) {
    Terminal.warn(text)
  }

  private func observers(_ recorder: BackgroundRecorder, ranks: Int) throws -> [any Observer] {
    let progress = ProgressReporter(
      epochs: recipe.epochs, ranks: ranks, width: Terminal.width, monitor: experiment.settings.monitor.metric,
      loadingAdvice: recipe.data.loadingAdvice)
    return [recorder, progress] + pictures(for: recorder) + (try folder.map { try job.observers($0.path) } ?? [])
  }

  /// The observer that draws pictures for TensorBoard; empty if none are recorded.
  private func pictures(for recorder: BackgroundRecorder) -> [any Observer] {
    let cadence = recipe.record.imageCadence(experiment.settings, samples: experiment.samplesPerEpoch)
    guard cadence.every > 0, recording.tensorBoard.every > 0 else { return [] }
    return [
      TrainingPictures(experiment, at: cadence.includes) { picture, step in
        try recorder.addImage(picture.tag, png: picture.png, size: picture.size, step: step)
      }
    ]
  }

  /// The settings of what the run records.
  private var recording: RunRecording {
    RunRecording(
      every: recipe.record.every,
      tensorBoard: recipe.record.tensorBoardCadence(experiment.settings, samples: experiment.samplesPerEpoch),
      recipe: recipe.resolvedYAML())
  }

  /// Writes the run's first files and prints the settings.
  private func begin(
    _ environment: RunEnvironment, folder: RunFolder, resumingFrom manifest: CheckpointManifest?
  ) throws {
    try folder.write(recipe.resolvedYAML(), to: folder.recipe)
    try folder.write(json: environment, to: folder.environment)
    // What a script says is true of the runs that were under way when it started the ranks.
    let isAnother = !folder.readHistory().isEmpty
    try folder.note(
      RunHistory(
        .start, step: manifest?.progress.step ?? 0, ranks: environment.ranks, hosts: environment.hosts,
        cause: isAnother ? job.reason : nil))
    try writeFacts(to: folder, resumes: manifest != nil)
    Terminal.write(SettingsTable.text(recipe, experiment: experiment, environment: environment, folder: folder))
    if manifest == nil, let loaded = experiment.loadedWeights { Terminal.write(Format.table(loaded.rows) + "\n") }
    guard job.resumes else { return }
    let start =
      manifest.map { "resuming after step \(Format.count($0.progress.step))" } ?? "starting: nothing is saved yet"
    Terminal.write("\(start)\n\n")
  }

  /// Writes the facts about the data. If a run is resumed, warns of files that changed since it began, and keeps what the files
  /// were.
  private func writeFacts(to folder: RunFolder, resumes: Bool) throws {
    var facts = experiment.data.training.facts
    let files = try DataFile.all(recipe.data.files) + experiment.data.images
    let former = resumes ? (try? folder.readDataFacts())?.files : nil
    former.flatMap { DataFile.change(from: $0, to: files) }.map(warn)
    facts.files = former ?? files
    facts.balancingWeights = experiment.balancingWeights
    try folder.write(json: facts, to: folder.dataFacts)
  }

  /// Ends the run; `cause` is what stopped it before its end.
  private func conclude(
    _ summary: RunSummary, folder: RunFolder, best: EvaluationReport?, cause: String?
  ) throws {
    if let cause {
      Terminal.write(
        "\nstopped by \(cause) after step \(Format.count(summary.steps)), and saved; resume with\n"
          + "  \(job.part?.resumption ?? "dp-train train --out \(folder.path) --resume")\n")
      return
    }
    let end = RunEnd(summary)
    var metadata = ["recipe": recipe.name]
    if let epoch = end?.weightsEpoch { metadata["epoch"] = "\(epoch)" }
    try experiment.writeWeights(to: folder.weights, metadata: metadata)
    let before = checkpoint?.manifest.progress.step ?? 0
    let done = before == 0 ? "" : "\(Format.count(summary.steps - before)) of "
    var rows = [["time", "\(done)\(Format.count(summary.steps, "step")) in \(Format.seconds(summary.seconds))"]]
    if let reason = end?.reason { rows.append(["stopped", reason]) }
    if let shortened = summary.shortenedSteps, let outliers = recipe.outliers {
      rows.append([
        "outliers",
        "\(Format.count(shortened, "gradient")) shortened to \(String(format: "%g", outliers.limit)) times the usual norm",
      ])
    }
    for evaluation in summary.evaluations {
      rows.append([evaluation.split.rawValue, text(evaluation)])
      rows += metrics(evaluation)
    }
    if let best, !summary.isBest {
      let place = best.step < summary.steps ? "epoch \(best.epoch)" : "the last step"
      rows.append(["best", "\(text(best)), after \(place): \(folder.checkpoints)/best"])
      rows += metrics(best)
    }
    if let reason = recipe.noBestReason(experiment, best: best) { rows.append(["best", reason]) }
    let kinds = [experiment.average == nil ? nil : "averaged", end?.weightsEpoch.map { "the best, of epoch \($0)" }]
      .compactMap(\.self).joined(separator: ", ")
    rows.append(["weights", folder.weights + (kinds.isEmpty ? "" : " (\(kinds))")])
    rows.append(["SHA-256", try sha256(ofFile: folder.weights)])
    Terminal.write("\n" + Format.table(rows))
    // If no label counts, a notice has already said so.
    for evaluation in summary.evaluations where !evaluation.loss.isFinite && evaluation.countsNothing != true {
      warn(
        "The loss on the \(evaluation.split.rawValue) samples is \(evaluation.loss.text): the network's outputs are too large "
          + "to compute with. Try a smaller learning rate, optimizer.clipNorm: 1, or warm-up.")
    }
    let result = RunResult(
      recipe: recipe.resolvedYAML(), samples: experiment.data.training.count, summary, best: best)
    try folder.write(try result.json(), to: folder.result)
  }

  /// A row of the metrics besides loss and accuracy; none if there are none.
  private func metrics(_ evaluation: EvaluationReport) -> [[String]] {
    let texts = evaluation.furtherMetrics.map { "\($0.metric.name) \(Format.metric($0.metric, $0.value))" }
    return texts.isEmpty ? [] : [["", texts.joined(separator: ", ")]]
  }

  private func text(_ evaluation: EvaluationReport) -> String {
    if evaluation.countsNothing == true { return "no label of \(Format.count(evaluation.samples)) samples counts" }
    let accuracy = evaluation.accuracy.map { "accuracy \(Format.percent($0)), " } ?? ""
    return "\(accuracy)loss \(Format.loss(evaluation.loss)) on \(Format.count(evaluation.samples)) samples"
  }
}
