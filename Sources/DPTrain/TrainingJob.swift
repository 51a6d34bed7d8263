import Foundation
import Recording

/// A complete training, as `dp-train train` does it: on all ranks that a launcher started, with run folder, metrics,
/// progress, checkpoints, signals and a watch for ranks that stall.
public struct TrainingJob {
  /// The folder for everything the run writes; nil for `runs/NAME-YYYYMMDD-HHMMSS`.
  public var out: String?
  /// Whether to resume from the newest checkpoint in the folder `out`, if there is one.
  public var resumes = false
  /// Minutes after which training saves and stops. If nil, only a Slurm job limits it: to a minute before the job's end.
  public var minutes: Double?
  /// Seconds after which a warning names ranks that keep the others waiting.
  public var stallWarning = 60.0
  /// Seconds after which the job ends if ranks keep the others waiting; nil to wait without limit.
  public var stallAbort: Double?
  /// How many steps `timeline.json` shows, a trace of all ranks' work; nil for no trace.
  public var timelineSteps: Int?
  /// Whether all ranks compute even if there are fewer processors. By default surplus ranks sleep, which is faster;
  /// results are identical.
  public var oversubscribes = false
  /// Makes additional observers on rank 0 before the first step, from the path of the run folder.
  public var observers: (String) throws -> [any Observer] = { _ in [] }

  /// Why a script starts the training again, for its history; nil if none does.
  package var reason: String?
  /// A file to which rank 0 writes the path of the folder that it chose, for scripts; nil for none.
  package var folderFile: String?

  /// What this training shares with the others of its job; nil if it is the only one.
  var part: TrainingPart?

  /// A job with the default settings.
  public init() {}

  /// Trains the recipe that `makeRecipe` makes on each rank, and returns a summary. A recipe with folds trains one after the other;
  /// the summary is that of the last one.
  ///
  /// It returns only if the training reaches its end. If it is asked to stop before, it saves its state and the process
  /// ends with `ExitCode.stopped`; failures end the process as in `Session.run`. It does not return on ranks that sleep
  /// because there is no processor for them.
  @discardableResult
  public func run(_ makeRecipe: () throws -> Recipe) -> RunSummary {
    let start = monotonicSeconds()
    SignalRequests.installUserSignal()
    var summary: RunSummary?
    Session.run(
      oversubscribes: oversubscribes, prepare: { try makeWork(makeRecipe(), $0) }, description: { $0.description },
      work: { communicator, work in
        let trained = try work.train(communicator, until: TimeLimit.earliest(start: start, minutes: minutes))
        if trained.stopped != nil {
          try communicator.close(status: ExitCode.stopped.rawValue)
          Foundation.exit(ExitCode.stopped.rawValue)
        }
        summary = trained
      })
    guard let summary else { preconditionFailure("work that ends gives a summary") }
    return summary
  }

  /// What a job does on all ranks.
  private enum Work {
    case training(TrainingRun)
    case folds(FoldsRun)

    var description: String {
      switch self {
      case .training(let run): run.description
      case .folds(let run): run.description
      }
    }

    func train(_ communicator: any Communicator, until limit: TimeLimit?) throws -> RunSummary {
      switch self {
      case .training(let run): try run.train(communicator, until: limit)
      case .folds(let run): try run.train(communicator, until: limit)
      }
    }
  }

  private func makeWork(_ recipe: Recipe, _ communicator: any Communicator) throws -> Work {
    guard let folds = recipe.foldsToTrain else { return .training(try prepare(recipe, communicator)) }
    return .folds(try FoldsRun(recipe, count: folds, job: self, communicator))
  }

  /// Whether rank 0 has a checkpoint to resume from. Every rank calls it.
  private func findsCheckpoint(_ communicator: any Communicator) throws -> Bool {
    guard resumes, let out else { return false }
    let found = communicator.isRoot && CheckpointStore(path: RunFolder(path: out).checkpoints).newest { _ in } != nil
    return try communicator.gatherWithinAgreement(found ? 1 : 0).contains(1)
  }

  /// Makes the training of a recipe. Every rank calls it, within `agree`. On rank 0 `makePlace` makes the run folder, after all
  /// else, and says what the training shares with others; without it, the training has the folder that the job names.
  func prepare(
    _ recipe: Recipe, _ communicator: any Communicator,
    in makePlace: (() throws -> (folder: RunFolder, part: TrainingPart))? = nil
  ) throws -> TrainingRun {
    try checkResumption(of: recipe)
    let continues = try findsCheckpoint(communicator)
    var made = recipe
    // A checkpoint has all weights; the file that they began with need not exist any more.
    if continues { made.model.weights = nil }
    let experiment = try made.makeExperiment()
    let warnings = try recipe.trainingWarnings(of: experiment)
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    var (folder, job): (RunFolder?, TrainingJob) = (nil, self)
    if communicator.isRoot {
      if let place = try makePlace?() {
        (folder, job.part) = place
      } else {
        folder = try createFolder(name: recipe.name)
        if part == nil, let folder { try lock(folder) }
      }
    }
    // Nobody else writes to the folder any more, and this job has changed nothing in it yet.
    let checkpoint = try folder.flatMap { try newestCheckpoint(in: $0, isExpected: continues) }
    if let folder, let checkpoint { try ResumptionChecks(recipe, experiment, of: folder, from: checkpoint).check() }
    return TrainingRun(
      recipe: recipe, experiment: experiment, workspace: workspace, warnings: warnings, folder: folder, job: job,
      continues: continues, checkpoint: checkpoint)
  }

  /// Keeps other trainings out of the folder. If a script starts training again, it waits for longer: when a machine has died, the
  /// server of a file system keeps its locks, 90 seconds by NFS's default lease.
  @discardableResult func lock(_ folder: RunFolder) throws -> RunLock {
    try folder.lock(resumes: resumes, seconds: reason == nil ? 30 : 120, warn: Terminal.warn)
  }

  /// Creates the folder of the whole job, and tells scripts its path.
  func createFolder(name: String) throws -> RunFolder {
    let folder = try RunFolder.create(name: name, out: out, resumes: resumes)
    if let folderFile { try folder.write(folder.path + "\n", to: folderFile) }
    return folder
  }

  /// The checkpoint to resume from; nil if there is none.
  private func newestCheckpoint(
    in folder: RunFolder, isExpected: Bool
  ) throws -> (folder: CheckpointFolder, manifest: CheckpointManifest)? {
    guard resumes else { return nil }
    let newest = CheckpointStore(path: folder.checkpoints).newest {
      Terminal.warn("\($0.message); looking for an older checkpoint")
    }
    guard newest != nil || !isExpected else {
      throw Failure(
        .noInput, "\(folder.checkpoints) had a checkpoint to resume from, but has none any more",
        advice: "resume again, when nothing else changes the folder")
    }
    return newest
  }

  /// Checks that the recipe may resume the run in the folder.
  func checkResumption(of recipe: Recipe) throws {
    guard resumes, let former = out.map(RunFolder.init(path:)), former.exists else { return }
    guard let difference = recipe.firstDifference(from: try recipe.loadFormer(former.recipe)) else { return }
    throw Failure(
      .configuration,
      "\(difference.key) is \(difference.own ?? "not set"), but \(difference.other ?? "not set") in \(former.recipe)",
      advice: "a run is resumed with what it began with; only "
        + Recipe.keysFreeToChange.joined(separator: ", ") + " may change")
  }
}
