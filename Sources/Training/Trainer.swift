import Collectives
import Datasets
import Layers
import Tensors

/// Trains a model: runs steps, epochs, evaluations and checkpoints, and calls observers.
public final class Trainer {
  private let experiment: Experiment
  private let workspace: Workspace
  private var parts: TrainerParts
  private let observers: [any Observer]
  private let control: RunControl?
  private let keeper: CheckpointKeeper?
  private let activity: Activity
  private var progress = TrainingProgress()
  /// Whether all ranks save at the end of the epoch, as they agreed in its last step.
  private var savesEpoch = false

  /// Prepares a run. Every rank makes one; only rank 0 should have observers. Without `control` the run takes no requests,
  /// and without `keeper` it saves nothing. `activity` is told the phases of the run; `link` decides how gradients travel
  /// between machines.
  /// - Throws: `Failure` (system) if memory is short.
  public init(
    _ experiment: Experiment, workspace: Workspace, observers: [any Observer], control: RunControl? = nil,
    keeper: CheckpointKeeper? = nil, activity: Activity = Activity(), link: LinkSpeed? = nil
  ) throws {
    self.activity = activity
    self.experiment = experiment
    self.workspace = workspace
    self.observers = observers
    self.control = control
    self.keeper = keeper
    parts = try TrainerParts(experiment, workspace: workspace, activity: activity, link: link)
    parts.step.balance = try ShareBalance(experiment, workspace: workspace)
  }

  private var step: TrainingStep { parts.step }

  /// The epoch after which training saves and ends, if it has not ended before; nil for its own end. The same on all ranks.
  public var lastEpoch: Int?

  /// Gives shares that the ranks get after a step, for tests; nil for those that follow from the ranks' speed.
  package var givenShares: ((_ step: Int) -> ShardShares?)?

  /// The observer of layers in training steps; nil for none.
  public var layerObserver: (any LayerObserver)? {
    get { step.layerObserver }
    set { step.layerObserver = newValue }
  }

  private var samples: Int { experiment.samplesPerEpoch }
  private var isWithinEpoch: Bool { progress.position > 0 && progress.position < samples }

  /// Resumes from a checkpoint, given on rank 0. Every rank calls it; the number of ranks may differ from before.
  /// - Throws: `Failure` if the checkpoint does not fit the experiment, or ranks cannot exchange data.
  public func resume(_ checkpoint: (folder: CheckpointFolder, manifest: CheckpointManifest)?) throws {
    let resumption = Resumption(
      experiment, communicator: workspace.communicator, step: step, activity: activity)
    defer { activity.enter(.starting, step: progress.step) }
    guard let manifest = try resumption.run(checkpoint) else { return }
    progress = manifest.progress
    progress.evaluation = manifest.progress.evaluation?.named(
      by: experiment.data, outputs: experiment.model.outputShape.features)
    if let known = progress.unusualSteps, step.update.unusualSteps != nil { step.update.unusualSteps = known }
    if let known = progress.shortening, step.update.shortening != nil { step.update.shortening = known }
    keeper?.restore(best: manifest.best)
    if isWithinEpoch { step.beginEpoch(continuing: true) }
  }

  /// Trains to the end, or until it is asked to stop.
  /// - Throws: `Failure` if data cannot be read, files cannot be written, or ranks cannot exchange data.
  public func run() throws -> RunSummary {
    let start = monotonicSeconds()
    defer { keeper?.finish() }
    do {
      return try train(from: start)
    } catch let evaluation as Evaluator.Stopped {
      // The state before the evaluation is saved, so the resumed run evaluates again.
      try save(waits: true)
      return try finish(start: start, stopped: evaluation.request)
    }
  }

  private func train(from start: Double) throws -> RunSummary {
    let settings = experiment.settings
    let totalSteps = settings.totalSteps(samples: samples)
    for observer in observers { try observer.runWillStart(step: progress.step, totalSteps: totalSteps) }
    if experiment.settings.balance == .auto, let shares = step.balance?.shares { try tell(.start, shares, saving: 0) }
    let wholeStep = min(settings.samplesPerStep, samples)
    var report = StepReport()
    report.step = progress.step
    while true {
      if progress.position >= samples { try endEpoch() }
      guard progress.step < totalSteps, early == nil else { break }
      if let lastEpoch, progress.epoch >= lastEpoch {
        try save(waits: true)
        return try finish(start: start, stopped: .pause)
      }
      if progress.position == 0 { step.beginEpoch() }
      let positions = progress.position..<min(progress.position + settings.samplesPerStep, samples)
      let ended = positions.upperBound == samples ? progress.epoch + 1 : nil
      step.request = control?.request(step: progress.step + 1, endOf: ended) ?? .none
      try step.run(epoch: progress.epoch, positions: positions, into: &report)
      progress.totals.add(report)
      progress.position = positions.upperBound
      progress.step += 1
      report.step = progress.step
      report.epoch = progress.epoch + 1
      activity.enter(.recording, step: progress.step)
      for observer in observers { try observer.stepDidFinish(report) }
      if step.update.isRecorded { try showTensors() }
      let request = step.agreedRequest
      if request >= .save { try save(waits: request.isStop) }
      savesEpoch = request == .saveEpoch
      if request.isStop { return try finish(start: start, stopped: request) }
      if progress.step < totalSteps { try balanceShares(counts: positions.count == wholeStep) }
    }
    if progress.evaluation?.step != progress.step { try monitorTraining() }
    try save(waits: true)
    let best = settings.restoresBest ? try keeper?.restoreBest(workspace.communicator) : nil
    let evaluations = [best ?? progress.evaluation, try evaluate(parts.test, of: best)]
    return try finish(start: start, stopped: nil, evaluations, isBest: best != nil)
  }

  /// Gives the ranks other shares of the shards if that pays, or says that it would. Every rank calls it after a step, which
  /// `counts` if it has as many samples as most.
  private func balanceShares(counts: Bool) throws {
    if let givenShares {
      if let shares = givenShares(progress.step) { try divide(by: shares, saving: 0) }
    } else if let proposal = step.balance?.endStep(counts: counts) {
      if experiment.settings.balance == .auto {
        try divide(by: proposal.shares, saving: proposal.saving)
      } else if proposal.saving >= Trainer.notableSaving {
        step.balance = nil
        try tell(.advice, proposal.shares, saving: proposal.saving)
      }
    }
  }

  /// The share of a step's time that is worth saying.
  private static let notableSaving = 0.1

  private func divide(by shares: ShardShares, saving: Double) throws {
    let start = monotonicSeconds()
    activity.enter(.balancing, step: progress.step)
    let (parts, haveShares, seconds) = try activity.during(.waiting) {
      let divided = try self.parts.divided(by: shares, withinEpoch: isWithinEpoch)
      let all = try workspace.communicator.gather(monotonicSeconds() - start)
      return (divided.parts, divided.haveShares, all.max() ?? 0)
    }
    self.parts = parts
    if haveShares { step.balance?.hasChanged(to: shares, seconds: seconds) } else { step.balance = nil }
    try tell(haveShares ? .speed : .shortMemory, shares, saving: saving)
  }

  private func tell(_ cause: ShareReport.Cause, _ shares: ShardShares, saving: Double) throws {
    let report = ShareReport(
      cause: cause, step: progress.step, epoch: progress.epoch + 1, shares: shares.counts, saving: saving)
    for observer in observers { try observer.sharesDidChange(report) }
  }

  /// The wait for an improvement, if it is over.
  private var early: Patience? {
    guard let rule = experiment.settings.stop, progress.patience.isOver(rule) else { return nil }
    return progress.patience
  }

  private func showTensors() throws {
    guard let (gradient, former) = step.update.recorded else { return }
    let report = TensorReport(
      step: progress.step, epoch: progress.epoch + 1, model: experiment.model, gradient: gradient, former: former)
    for observer in observers { try observer.tensorsDidChange(report) }
  }

  private func endEpoch() throws {
    let settings = experiment.settings
    if settings.evaluateEvery > 0, (progress.epoch + 1).isMultiple(of: settings.evaluateEvery) {
      try monitorTraining()
      if experiment.watchesValidation, let evaluation = progress.evaluation {
        experiment.schedule.observe(evaluation, by: settings.monitor)
        if let rule = settings.stop { progress.patience.add(evaluation, settings.monitor, rule) }
      }
    }
    if !experiment.watchesValidation, let loss = progress.totals.meanLoss {
      experiment.schedule.observe(loss, better: .least)
    }
    let every = progress.evaluateEvery ?? []
    if !every.contains(settings.evaluateEvery) { progress.evaluateEvery = every + [settings.evaluateEvery] }
    progress.epoch += 1
    progress.position = 0
    progress.totals = EpochTotals()
    if savesEpoch { try save(waits: false) }
    savesEpoch = false
  }

  private func monitorTraining() throws {
    guard let report = try evaluate(parts.monitor) else { return }
    progress.evaluation = report
    try keeper?.note(report)
  }

  /// Evaluates the weights. If they are the best ones, the report has the step and the epoch of `best`.
  private func evaluate(_ evaluator: Evaluator?, of best: EvaluationReport? = nil) throws -> EvaluationReport? {
    activity.enter(.evaluating, step: progress.step)
    guard
      let report = try evaluator?.run(
        step: best?.step ?? progress.step, epoch: best?.epoch ?? progress.epochs, activity: activity,
        request: { control?.stopRequest() ?? .none })
    else { return nil }
    for observer in observers { try observer.evaluationDidFinish(report) }
    return report
  }

  /// Takes a checkpoint. Every rank calls it, also within an epoch, when layers may carry states.
  private func save(waits: Bool) throws {
    guard let keeper else { return }
    let start = monotonicSeconds()
    activity.enter(.saving, step: progress.step)
    try experiment.model.weights.awaitValues()
    let state = try activity.during(.waiting) { try step.gatherState(withinEpoch: isWithinEpoch) }
    var recorded: [String: Int] = [:]
    for observer in observers { recorded.merge(try observer.checkpointWillBeTaken()) { $1 } }
    progress.unusualSteps = step.update.unusualSteps?.copy
    progress.shortening = step.update.shortening?.copy
    try keeper.save(progress, state, recorded: recorded, waits: waits)
    control?.didSave(seconds: monotonicSeconds() - start + keeper.writingSeconds)
  }

  private func finish(
    start: Double, stopped: Request?, _ evaluations: [EvaluationReport?]? = nil, isBest: Bool = false
  ) throws -> RunSummary {
    let total = experiment.settings.totalSteps(samples: samples)
    let summary = RunSummary(
      steps: progress.step, epochs: progress.epochs, seconds: monotonicSeconds() - start, stopped: stopped,
      evaluations: (evaluations ?? [progress.evaluation]).compactMap(\.self),
      patience: stopped == nil && progress.step < total ? early : nil, shortenedSteps: step.update.shortening?.count,
      isBest: isBest)
    for observer in observers { try observer.runDidFinish(summary) }
    return summary
  }
}
