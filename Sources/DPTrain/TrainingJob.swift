import Foundation
import Recording

/// One training as a whole program does it: on all ranks that a launcher started, with run folder, metrics, progress,
/// checkpoints, signals and a watch for ranks that stall. `dp-train train` is such a job.
public struct TrainingJob {
  /// The folder for everything the run writes; nil for `runs/NAME-YYYYMMDD-HHMMSS`.
  public var out: String?
  /// Whether to go on from the newest checkpoint in the folder `out`, if there is one.
  public var resumes = false
  /// Minutes after which training saves and stops; nil for no limit but that of a Slurm job, a minute before its end.
  public var minutes: Double?
  /// Seconds after which ranks that keep the others waiting are named.
  public var stallWarning = 60.0
  /// Seconds after which the job ends where some ranks keep the others waiting; nil: it waits.
  public var stallAbort: Double?
  /// Steps that `timeline.json` shows, a trace of what every rank does when; nil for none.
  public var timelineSteps: Int?
  /// Whether all ranks shall compute where there are more of them than processors. Else some sleep until the others are
  /// done, which is faster, to the same bits.
  public var oversubscribes = false
  /// Observers besides the usual ones, made on rank 0 before the first step; it is given the path of the run folder.
  public var observers: (String) throws -> [any Observer] = { _ in [] }

  /// A job with every default.
  public init() {}

  /// Trains the recipe that `makeRecipe` gives on each rank, and returns what came of it.
  ///
  /// Returns only where the training came to its end: where it is asked to stop before, the process ends with
  /// `ExitCode.stopped` once the state is saved, and where anything fails, as `Session.run` says. Nor does it return on
  /// ranks that sleep since there is no processor for them.
  @discardableResult
  public func run(_ makeRecipe: () throws -> Recipe) -> RunSummary {
    let start = monotonicSeconds()
    SignalRequests.installUserSignal()
    var summary: RunSummary?
    Session.run(
      oversubscribes: oversubscribes, prepare: { try prepare(makeRecipe(), $0) },
      description: { Session.describe("train", $0.recipe, $0.experiment) },
      work: { communicator, run in
        let trained = try run.train(communicator, until: TimeLimit.earliest(start: start, minutes: minutes))
        if trained.stopped != nil {
          try communicator.close(status: ExitCode.stopped.rawValue)
          Foundation.exit(ExitCode.stopped.rawValue)
        }
        summary = trained
      })
    guard let summary else { preconditionFailure("work that ends gives a summary") }
    return summary
  }

  private func prepare(_ recipe: Recipe, _ communicator: any Communicator) throws -> TrainingRun {
    try checkResumption(of: recipe)
    let experiment = try recipe.makeExperiment()
    let warnings = try recipe.trainingWarnings(of: experiment)
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    let folder = communicator.isRoot ? try RunFolder.create(name: recipe.name, out: out, resumes: resumes) : nil
    try folder?.lock(resumes: resumes, warn: Terminal.warn)
    return TrainingRun(
      recipe: recipe, experiment: experiment, workspace: workspace, warnings: warnings, folder: folder, job: self)
  }

  /// A run goes on with what it began with.
  private func checkResumption(of recipe: Recipe) throws {
    guard resumes, let former = out.map(RunFolder.init(path:)), former.exists else { return }
    guard let difference = recipe.firstDifference(from: try recipe.loadFormer(former.recipe)) else { return }
    throw Failure(
      .configuration,
      "\(difference.key) is \(difference.own ?? "not set"), but \(difference.other ?? "not set") in \(former.recipe)",
      advice: "a run is resumed with what it began with; only "
        + Recipe.keysFreeToChange.joined(separator: ", ") + " may change")
  }
}
