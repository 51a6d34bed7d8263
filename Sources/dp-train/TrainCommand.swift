import ArgumentParser
import DPTrain

/// `dp-train train`.
struct TrainCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a recipe, or resume a run.",
    discussion: """
      Examples:
        dp-train train                                       the default recipe, temporal-order
        dp-train train temporal-order data.level=normal epochs=100
        dp-train train my.yaml --out runs/first
        dp-train train my.yaml --out runs/first --resume     on any number of ranks; begins if nothing is saved yet
        mpirun -np 8 dp-train train temporal-order           the same bits, on 8 ranks

      SIGTERM, SIGINT (control-C), SIGUSR1, the time limit or a file named stop in the run folder end training after the
      current step: it saves its state and exits with 75. A file named save makes it save and continue; after a file named
      restart scripts start the ranks again, such as with a machine that is back.
      """)

  @OptionGroup var recipe: RecipeArguments

  @OptionGroup var ranks: RankArguments

  @Option(
    help: "The folder for everything the run writes (default: runs/NAME-YYYYMMDD-HHMMSS).", completion: .directory)
  var out: String?

  @Flag(
    help: "Resume from the newest checkpoint in the folder --out, if there is one; without RECIPE, with the run's own.")
  var resume = false

  @Option(
    help: ArgumentHelp("Name ranks that keep the others waiting longer than this.", valueName: "seconds"))
  var stallWarning = 60.0

  @Option(
    help: ArgumentHelp(
      "End the job if ranks keep the others waiting longer than this (default: wait).", valueName: "seconds")
  )
  var stallAbort: Double?

  @Option(help: "Save and stop after this time (default: under Slurm a minute before the job's end, else no limit).")
  var minutes: Double?

  @Flag(help: "Write timeline.json, a trace of all ranks' work for ui.perfetto.dev or chrome://tracing.")
  var timeline = false

  @Option(help: ArgumentHelp("How many steps the timeline shows, from the first.", valueName: "steps"))
  var timelineSteps = 50

  @Option(
    help: ArgumentHelp(
      "Why a script resumes the run, for its history.jsonl and its report.", valueName: "text", visibility: .hidden))
  var reason: String?

  @Option(
    help: ArgumentHelp(
      "Write the path of the run folder to a file, for scripts.", valueName: "file", visibility: .hidden))
  var folderTo: String?

  func validate() throws {
    guard (1...1_000_000).contains(timelineSteps) else {
      throw ValidationError("--timeline-steps must be from 1 to 1000000, not \(timelineSteps)")
    }
    guard minutes.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--minutes must be more than 0")
    }
    guard stallWarning > 0, stallAbort.map({ $0 >= stallWarning }) ?? true else {
      throw ValidationError("--stall-warning must be more than 0, and --stall-abort at least as long")
    }
    guard !resume || out != nil else {
      throw ValidationError("--resume needs --out, the folder of the run to resume")
    }
  }

  func run() {
    var job = TrainingJob()
    job.out = out
    job.resumes = resume
    job.minutes = minutes
    job.stallWarning = stallWarning
    job.stallAbort = stallAbort
    job.oversubscribes = ranks.oversubscribe
    job.reason = reason
    job.folderFile = folderTo
    job.timelineSteps = timeline ? timelineSteps : nil
    job.run {
      guard resume, let former = out.map(RunFolder.init(path:)), former.exists else { return try recipe.load() }
      try former.checkRecipe()
      return try recipe.load(otherwise: former.recipe)
    }
  }
}
