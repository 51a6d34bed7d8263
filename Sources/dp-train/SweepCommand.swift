import ArgumentParser
import DPTrain
import Recipes

/// The variants of a sweep, shared by `sweep` and `launch`.
struct SweepArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Draw this many variants instead of training all.", valueName: "variants"))
  var random: Int?

  @Option(help: "The seed of --random.")
  var seed: UInt64 = 1

  @Flag(help: "Train all for a part of their epochs, the better half for twice as many, and so on.")
  var halving = false

  @Option(
    help: ArgumentHelp(
      "Ranks of each training (default: 1, or more if there are more ranks than variants).", valueName: "ranks"))
  var ranksPerRun: Int?

  func validate() throws {
    guard random.map({ (2...SweepPlan.limit).contains($0) }) ?? true else {
      throw ValidationError("--random must be from 2 to \(SweepPlan.limit), not \(random ?? 0)")
    }
    guard ranksPerRun.map({ $0 > 0 }) ?? true else { throw ValidationError("--ranks-per-run must be at least 1") }
  }

  /// The options that were given, for a script.
  var words: [String] {
    (random.map { ["--random", "\($0)", "--seed", "\(seed)"] } ?? []) + (halving ? ["--halving"] : [])
      + (ranksPerRun.map { ["--ranks-per-run", "\($0)"] } ?? [])
  }

  /// The plan that a recipe's arguments describe: `[RECIPE] KEY=VALUES...`.
  /// - Throws: `Failure` as `SweepPlan`.
  func plan(_ arguments: [String]) throws -> SweepPlan {
    let named = arguments.first.flatMap { $0.contains("=") ? nil : $0 }
    return try SweepPlan(
      source: named ?? "temporal-order",
      request: SweepPlan.Request(
        arguments: Array(arguments.dropFirst(named == nil ? 0 : 1)), random: random, seed: seed, halves: halving))
  }
}

/// `dp-train sweep`.
struct SweepCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Train many variants of a recipe, and compare them.",
    discussion: """
      A key takes several values: KEY=A,B,C, or KEY=LOW..HIGH for all whole numbers from LOW to HIGH. With --random, values are
      drawn from the lists and ranges; :log after a range draws evenly in the logarithm.
        dp-train sweep my.yaml seed=1..10                                          ten seeds
        mpirun -np 8 dp-train sweep my.yaml batch=32,64 optimizer=sgd,adam         eight trainings at a time
        mpirun -np 8 dp-train sweep my.yaml optimizer.learningRate=1e-4..1e-1:log --random 50 --halving
        dp-train sweep --out sweeps/NAME                                           resume, or show the table again

      The ranks are divided into groups; each trains one variant after the other. A variant's result does not depend on the
      groups. If a sweep was killed or stopped, the same command continues it, on any number of ranks. Several jobs may work on
      one sweep at the same time. A file named stop in the sweep's folder stops them all.
      """)

  @OptionGroup var recipe: RecipeArguments

  @OptionGroup var variants: SweepArguments

  @OptionGroup var ranks: RankArguments

  @Option(
    help: "The folder for everything the sweep writes (default: sweeps/NAME-DIGEST, the same for the same command).",
    completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp("Name ranks that keep the others of their group waiting longer than this.", valueName: "seconds")
  )
  var stallWarning = 60.0

  @Option(
    help: ArgumentHelp(
      "End the job if ranks keep the others of their group waiting longer than this (default: wait).",
      valueName: "seconds"))
  var stallAbort: Double?

  @Option(help: "Save and stop after this time (default: under Slurm a minute before the job's end, else no limit).")
  var minutes: Double?

  func validate() throws {
    guard minutes.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--minutes must be more than 0")
    }
    guard stallWarning > 0, stallAbort.map({ $0 >= stallWarning }) ?? true else {
      throw ValidationError("--stall-warning must be more than 0, and --stall-abort at least as long")
    }
    guard out != nil || !recipe.arguments.isEmpty else {
      throw ValidationError("give the keys to vary, such as seed=1..10, or --out, the folder of a sweep to resume")
    }
  }

  func run() {
    var job = SweepJob()
    job.out = out
    job.ranksPerRun = variants.ranksPerRun
    job.minutes = minutes
    job.stallWarning = stallWarning
    job.stallAbort = stallAbort
    job.oversubscribes = ranks.oversubscribe
    job.run { recipe.arguments.isEmpty ? nil : try variants.plan(recipe.arguments) }
  }
}
