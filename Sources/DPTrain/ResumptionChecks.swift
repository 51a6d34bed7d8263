import Foundation
import Recording

/// Checks that a recipe may go on from a checkpoint: it must describe the whole run, from its first step on. Otherwise no recipe
/// would give the same weights again.
struct ResumptionChecks {
  private let recipe: Recipe
  private let experiment: Experiment
  private let run: RunFolder
  private let checkpoint: CheckpointFolder
  private let manifest: CheckpointManifest

  /// The checks of a recipe before it resumes `run` from a checkpoint.
  init(
    _ recipe: Recipe, _ experiment: Experiment, of run: RunFolder,
    from checkpoint: (folder: CheckpointFolder, manifest: CheckpointManifest)
  ) {
    self.recipe = recipe
    self.experiment = experiment
    self.run = run
    (self.checkpoint, manifest) = checkpoint
  }

  /// Makes all checks.
  /// - Throws: `Failure` (configuration) naming the key whose value the run cannot take.
  func check() throws {
    let former = try recipe.parseFormer(manifest.recipe, file: "\(checkpoint.path)/checkpoint.json")
    try checkLength()
    try checkRates(former)
    // The validation samples decide at the ends of epochs.
    if manifest.progress.epoch > 0 {
      try checkStop(former)
      try checkEvaluations(former)
    }
    try checkBest()
  }

  /// Checks that the training does not end before the checkpoint.
  private func checkLength() throws {
    let progress = manifest.progress
    func check(_ key: String, _ value: Int, trained: Int, _ noun: String) throws {
      guard value < trained else { return }
      throw Failure(
        .configuration, "\(key) is \(value), but \(run.path) was trained for \(Format.count(trained, noun)) already",
        advice: "set \(key) to \(trained) or more, or begin another run: --out another folder, without --resume")
    }
    try check("epochs", recipe.epochs, trained: progress.epochs, "epoch")
    if let steps = recipe.steps { try check("steps", steps, trained: progress.step, "step") }
  }

  /// Checks that the steps done had the learning rates of this recipe, which may have another length.
  private func checkRates(_ former: Recipe) throws {
    guard
      let change = recipe.firstChangedRate(
        from: former, done: manifest.optimizerSteps, settings: experiment.settings,
        samples: experiment.samplesPerEpoch)
    else { return }
    func length(_ recipe: Recipe) -> String {
      "epochs \(recipe.epochs)" + (recipe.steps.map { ", steps \($0)" } ?? "")
    }
    func rate(_ value: Double) -> String { String(format: "%.8g", value) }
    let keep =
      change.length.map {
        "set schedule.length='\($0)' to keep the course of the rate, which then stays at its end"
          + "\(recipe.schedule.finalRate == 0 ? " (0: nothing more is learned)" : ""), "
      } ?? ""
    throw Failure(
      .configuration,
      "with \(length(recipe)) instead of \(length(former)) the learning rate takes another course: step "
        + "\(Format.count(change.step)) had \(rate(change.former)) and would have had "
        + "\(rate(change.own)); after the \(Format.count(manifest.progress.step)) steps done it would jump from "
        + "\(rate(change.last)) to \(rate(change.next)), and no recipe would give these weights again",
      advice: "leave epochs and steps as they were, \(keep)or \(newRun)")
  }

  /// Checks that the training would not have ended before under the rule `stop`: it must wait at least as long as it did.
  private func checkStop(_ former: Recipe) throws {
    guard let rule = recipe.stop, let difference = recipe.difference(in: "stop", from: former) else { return }
    if let old = former.stop, old.minimum == rule.minimum, old.patience <= rule.patience { return }
    let ways = former.stop.map { "leave stop as it was, only give it more patience than \($0.patience), set stop=none" }
    throw Failure(
      .configuration,
      "\(difference.key) is \(difference.own ?? "not set"), but was \(difference.other ?? "not set") in the "
        + "\(epochsDone): training might have ended within them, and no recipe would give these weights again",
      advice: "\(ways ?? "leave stop out"), or \(newRun)")
  }

  /// Checks that the validation samples were measured as often as this recipe says, if they steer the training.
  private func checkEvaluations(_ former: Recipe) throws {
    guard experiment.data.validation != nil, let steered else { return }
    let own = recipe.evaluate.every
    guard let other = (manifest.progress.evaluateEvery ?? [former.evaluate.every]).first(where: { $0 != own }) else {
      return
    }
    throw Failure(
      .configuration,
      "evaluate.every is \(own), but was \(other) in the \(epochsDone): \(steered) by these evaluations, so no recipe "
        + "would give these weights again",
      advice: "leave evaluate.every as it was, or \(newRun)")
  }

  /// Checks that the best weights so far are of an evaluation that this recipe makes, if training ends with them. The last one of
  /// a shorter training may lie between those of a longer one.
  private func checkBest() throws {
    guard recipe.restoreBest, let best = manifest.best else { return }
    let (settings, samples) = (experiment.settings, experiment.samplesPerEpoch)
    let (every, progress) = (settings.evaluateEvery, manifest.progress)
    // With data of another size the ends of former epochs are not known.
    guard manifest.samplesConsumed == progress.epoch * samples + progress.position else { return }
    let isAtEpoch =
      best.epoch > 0 && best.step == best.epoch * settings.stepsPerEpoch(samples: samples) && every > 0
      && best.epoch.isMultiple(of: every)
    guard !isAtEpoch, best.step != settings.totalSteps(samples: samples) else { return }
    throw Failure(
      .configuration,
      "restoreBest is true, but the best weights so far are those of step \(Format.count(best.step)), at the former end of "
        + "the training: a longer one does not measure there, so no recipe would give them again",
      advice: "leave epochs and steps as they were, set restoreBest=false, or \(newRun)")
  }

  /// What the validation samples decide about the training, as the begin of a sentence; nil if nothing.
  private var steered: String? {
    // All schedules but those that watch the training are functions of the step alone.
    if !experiment.schedule.state.isEmpty { return "the schedule \(recipe.schedule.kind) lowers the learning rate" }
    if recipe.stop != nil { return "stop ends training" }
    return recipe.restoreBest ? "restoreBest chooses the weights" : nil
  }

  private var epochsDone: String { "\(Format.count(manifest.progress.epoch, "epoch")) done" }

  private var newRun: String { "start a new run from these weights: model.weights=\(checkpoint.weights)" }
}
