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
      advice: "leave epochs and steps as they were, \(keep)or start a new run from these weights: "
        + "model.weights=\(checkpoint.weights)")
  }
}
