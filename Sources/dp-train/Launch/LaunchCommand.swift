import ArgumentParser
import DPTrain
import Foundation

/// `dp-train launch`.
struct LaunchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch", abstract: "Print a script that trains a recipe, or a sweep of it, on a cluster.",
    discussion: """
      Examples:
        dp-train launch slurm my.yaml epochs=100 --nodes 2 --ranks-per-node 4 > job && sbatch job
        dp-train launch slurm mnist --array 1-10 > job && sbatch job               ten runs, each with its own seed
        dp-train launch slurm my.yaml --sweep batch=32,64 optimizer=sgd,adam --array 1-4 > job && sbatch job
        dp-train launch pbs temporal-order --hours 0.5 > job && qsub job
        dp-train launch hosts cats-dogs > job && bash job machines.txt
        dp-train launch kubernetes mnist --nodes 4 > job.yaml && kubectl apply -f job.yaml
      """)

  @Argument(help: "slurm, pbs (OpenPBS and PBS Pro), torque, hosts (machines reached by ssh) or kubernetes.")
  var scheduler: BatchScript.Scheduler

  @OptionGroup var recipe: RecipeArguments

  @Flag(help: "Train variants: keys have several values, as with dp-train sweep. The next options are those of sweep.")
  var sweep = false

  @OptionGroup var variants: SweepArguments

  @Option(help: "The number of machines.")
  var nodes = 1

  @Option(help: "Ranks on each machine. One per core is best, if the recipe has enough shards.")
  var ranksPerNode = 2

  @Option(help: "The job's time limit in hours, such as 0.5; after it the job is queued again.")
  var hours = 1.0

  @Option(help: "The account that pays for the job.")
  var account: String?

  @Option(help: "The partition or queue.")
  var partition: String?

  @Option(help: "Slurm's quality of service.")
  var qos: String?

  @Option(help: "Memory of each machine as the scheduler writes it: 16G for Slurm, 16gb for PBS, 16Gi for Kubernetes.")
  var memory: String?

  @Option(parsing: .upToNextOption, help: "Modules to load first.")
  var modules: [String] = []

  @Option(help: "The network interface that ranks talk through, such as ib0.")
  var interface: String?

  @Option(help: "Slurm's plugin that starts ranks (default: pmi2 if the program has MPICH, else pmix).")
  var plugin: String?

  @Option(
    help: """
      Numbers of an array of jobs, such as 1-10: each has its own run folder and trains with seed=NUMBER; with --sweep they share \
      the variants.
      """)
  var array: String?

  func validate() throws {
    // A recipe has at most 4096 shards.
    for (option, value) in [("--nodes", nodes), ("--ranks-per-node", ranksPerNode)] where !(1...4096).contains(value) {
      throw ValidationError("\(option) must be from 1 to 4096, not \(value)")
    }
    guard hours >= 0.05, hours <= 87_600 else {
      throw ValidationError("--hours must be from 0.05 to 87600, not \(hours)")
    }
    guard array.map({ $0.wholeMatch(of: /[0-9]+(-[0-9]+)?([,:%][0-9]+(-[0-9]+)?)*/) != nil }) ?? true else {
      throw ValidationError("--array must be numbers such as 1-10, not \(array ?? "")")
    }
    let texts = [
      ("--account", account), ("--partition", partition), ("--qos", qos), ("--memory", memory), ("--plugin", plugin),
      ("--interface", interface),
    ]
    for (option, text) in texts {
      guard let text, text.isEmpty || text.directiveWord != text else { continue }
      throw ValidationError("\(option) must be made of letters, digits, \"-\", \"_\" and \".\", not \"\(text)\"")
    }
    guard sweep || variants.words.isEmpty else { throw ValidationError("\(variants.words[0]) goes with --sweep") }
    try checkScheduler()
  }

  /// Refuses options that the scheduler does not have, rather than ignore them.
  private func checkScheduler() throws {
    let queues: [BatchScript.Scheduler] = [.slurm, .pbs, .torque]
    let owners: [(option: String, isGiven: Bool, schedulers: [BatchScript.Scheduler])] = [
      ("--account", account != nil, queues), ("--partition", partition != nil, queues), ("--qos", qos != nil, [.slurm]),
      ("--memory", memory != nil, queues + [.kubernetes]), ("--modules", !modules.isEmpty, queues + [.hosts]),
      ("--plugin", plugin != nil, [.slurm]), ("--array", array != nil, queues),
    ]
    for (option, isGiven, schedulers) in owners where isGiven && !schedulers.contains(scheduler) {
      let names = schedulers.map(\.rawValue)
      let list =
        names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
      throw ValidationError("\(option) goes with \(list)")
    }
  }

  func run() throws {
    var script = BatchScript()
    if sweep {
      let plan = try variants.plan(recipe.arguments)
      script.name = plan.name
      script.sweep = (try SweepJob.usualFolder(of: plan), variants.words)
    } else {
      script.name = try checkedRecipe().name
    }
    if !recipe.arguments.isEmpty { script.arguments = recipe.arguments }
    // The scripts of a build in a clone stay right if the clone is elsewhere.
    if let program = Bundle.main.executablePath, !program.contains("/.build") { script.program = program }
    script.nodes = nodes
    script.ranksPerNode = ranksPerNode
    script.minutes = Int((hours * 60).rounded())
    script.array = array
    script.site = BatchScript.Site(
      account: account, partition: partition, qos: qos, memory: memory, modules: modules, interface: interface,
      plugin: plugin ?? (Launch.describe.hasPrefix("MPICH") ? "pmi2" : "pmix"))
    Terminal.write(script.text(for: scheduler))
  }
}

extension LaunchCommand {
  /// The recipe, which has work for all ranks.
  private func checkedRecipe() throws -> Recipe {
    let recipe = try recipe.load()
    guard nodes * ranksPerNode <= recipe.shards else {
      throw Failure(
        .usage, "\(nodes) × \(ranksPerNode) ranks are more than the recipe has shards, \(recipe.shards)",
        advice: "choose fewer, or add shards=\(nodes * ranksPerNode) (which changes the results)")
    }
    return recipe
  }
}

extension BatchScript.Scheduler: ExpressibleByArgument {}
