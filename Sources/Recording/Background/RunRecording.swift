import Training

/// What to record in the run folder during training, and how often.
public struct RunRecording {
  /// Steps between lines of `metrics.jsonl`.
  public var every: Int
  /// The steps that are points of TensorBoard's curves; `.never` for no event file.
  public var tensorBoard: StepCadence
  /// The resolved recipe, for TensorBoard.
  public var recipe: String

  /// Bundles the settings.
  public init(every: Int, tensorBoard: StepCadence, recipe: String) {
    self.every = every
    self.tensorBoard = tensorBoard
    self.recipe = recipe
  }

  /// Makes the observer that writes `metrics.jsonl`, `metrics.csv`, `distributions.jsonl` and TensorBoard's events. If
  /// a run is resumed, files continue after what belongs to its checkpoint.
  /// - Throws: `Failure` (cannotCreate, inputOutput, data) naming a file, (system) if the thread cannot be started.
  public func makeRecorder(
    _ experiment: Experiment, folder: RunFolder, resuming manifest: CheckpointManifest?
  ) throws -> BackgroundRecorder {
    let kept = manifest?.recorded ?? [:]
    func length(_ path: String) -> Int { kept[String(path.dropFirst(folder.path.count + 1))] ?? 0 }
    let settings = experiment.settings
    let samples = experiment.samplesPerEpoch
    let evaluated = RunRecording.evaluatedEpochs(experiment)
    var sinks: [any RecordSink] = [
      try LinesFile(path: folder.metrics, keeping: length(folder.metrics), MetricsLines(every: every)),
      try EpochTable(
        path: folder.epochs, keeping: length(folder.epochs), progress: manifest?.progress, samples: samples,
        metrics: experiment.metrics, evaluates: evaluated),
    ]
    if settings.recordedTensors.every > 0 {
      sinks.append(
        try LinesFile(path: folder.distributions, keeping: length(folder.distributions), DistributionLines()))
    }
    if tensorBoard.every > 0 {
      sinks.append(
        try TensorBoardSink(
          folder: folder.path, cadence: tensorBoard, keeping: kept, after: manifest?.progress.step ?? 0, recipe: recipe)
      )
    }
    return try BackgroundRecorder(sinks)
  }

  /// Returns which complete epochs end with an evaluation.
  private static func evaluatedEpochs(_ experiment: Experiment) -> (Int) -> Bool {
    guard experiment.data.monitored != nil else { return { _ in false } }
    let settings = experiment.settings
    let samples = experiment.samplesPerEpoch
    let last = settings.totalSteps(samples: samples) / settings.stepsPerEpoch(samples: samples)
    return { $0 == last || settings.evaluateEvery > 0 && $0.isMultiple(of: settings.evaluateEvery) }
  }
}
