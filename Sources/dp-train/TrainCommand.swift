import ArgumentParser
import DPTrain
import Foundation

/// `dp-train train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a recipe, or go on with a run.",
    discussion: """
      Examples:
        dp-train train                                       the default recipe, temporal-order
        dp-train train temporal-order data.level=normal epochs=100
        dp-train train my.yaml --out runs/first
        dp-train train my.yaml --out runs/first --resume     on any number of ranks; starts where nothing is saved yet
        mpirun -np 8 dp-train train temporal-order           the same bits, on 8 ranks

      SIGTERM, SIGINT (control-C), SIGUSR1, the time limit or a file named stop in the run folder end training after the
      step under way: it saves its state and exits with 75. A file named save saves, and training goes on.
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "The folder for everything the run writes (default: runs/NAME-YYYYMMDD-HHMMSS).")
  var out: String?

  @Flag(
    help: "Go on from the newest checkpoint in the folder --out, if there is one; without RECIPE with the run's own.")
  var resume = false

  @Option(
    help: ArgumentHelp("Name the ranks that keep the others waiting for so many seconds.", valueName: "seconds"))
  var stallWarning = 60.0

  @Option(
    help: ArgumentHelp(
      "End the job where some ranks keep the others waiting for so many seconds (default: wait).", valueName: "seconds")
  )
  var stallAbort: Double?

  @Option(help: "Save and stop after so many minutes; under Slurm by default a minute before the job's end.")
  var minutes: Double?

  func validate() throws {
    guard minutes.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--minutes must be more than 0")
    }
    guard stallWarning > 0, stallAbort.map({ $0 >= stallWarning }) ?? true else {
      throw ValidationError("--stall-warning must be more than 0, and --stall-abort at least as long")
    }
    guard !resume || out != nil else {
      throw ValidationError("--resume needs --out, the folder of the run to go on with")
    }
  }

  func run() throws {
    let start = monotonicSeconds()
    SignalRequests.installUserSignal()
    var stopped: Request?
    try Session.run(
      prepare: prepare, description: { Session.describe("train", $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      let run = TrainingRun(
        recipe: prepared.recipe, experiment: prepared.experiment, workspace: prepared.workspace,
        folder: prepared.folder, resumes: resume,
        deadline: TimeLimit.deadline(start: start, minutes: minutes), stallWarning: stallWarning,
        stallAbort: stallAbort)
      stopped = try run.train(communicator)
    }
    if stopped != nil { Foundation.exit(ExitCode.stopped.rawValue) }
  }

  private struct Prepared {
    let recipe: Recipe
    let experiment: Experiment
    let workspace: Workspace
    /// On rank 0.
    let folder: RunFolder?
  }

  private func prepare(_ communicator: any Communicator) throws -> Prepared {
    let recipe = try chosenRecipe()
    let experiment = try recipe.makeExperiment()
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    let folder = communicator.isRoot ? try RunFolder.create(name: recipe.name, out: out, resumes: resume) : nil
    try folder?.lock()
    return Prepared(recipe: recipe, experiment: experiment, workspace: workspace, folder: folder)
  }

  /// The recipe of the command line, or that of the run that is resumed.
  private func chosenRecipe() throws -> Recipe {
    guard resume, let former = out.map(RunFolder.init(path:)), former.exists else { return try recipe.load() }
    let chosen = try recipe.load(otherwise: former.recipe)
    guard let difference = chosen.firstDifference(from: try Recipe.load(former.recipe)) else { return chosen }
    throw Failure(
      .configuration,
      "\(difference.key) is \(difference.own ?? "not set"), but \(difference.other ?? "not set") in \(former.recipe)",
      advice: "a run is resumed with what it began with; only "
        + Recipe.keysFreeToChange.joined(separator: ", ") + " may change")
  }
}
