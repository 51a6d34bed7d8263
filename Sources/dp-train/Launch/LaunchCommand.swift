import ArgumentParser
import DPTrain
import Foundation

/// `dp-train launch`.
struct LaunchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch", abstract: "Print a script that trains a recipe on a cluster, filled in.",
    discussion: """
      Examples:
        dp-train launch slurm my.yaml epochs=100 --nodes 2 --ranks-per-node 32 > job && sbatch job
        dp-train launch pbs temporal-order --hours 12 > job && qsub job
        dp-train launch hosts cats-dogs > job && bash job machines.txt
        dp-train launch kubernetes mnist --nodes 4 > job.yaml && kubectl apply -f job.yaml
      """)

  @Argument(help: "slurm, pbs, hosts (machines reached by ssh) or kubernetes.")
  var scheduler: BatchScript.Scheduler

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "Machines.")
  var nodes = 1

  @Option(help: "Ranks on each machine: as many as it has cores, if the recipe has as many shards.")
  var ranksPerNode = 2

  @Option(help: "Hours that the job may take before it is queued again.")
  var hours = 1

  func validate() throws {
    guard nodes > 0, ranksPerNode > 0, hours > 0 else {
      throw ValidationError("--nodes, --ranks-per-node and --hours must be 1 or more")
    }
  }

  func run() throws {
    let recipe = try recipe.load()
    guard nodes * ranksPerNode <= recipe.shards else {
      throw Failure(
        .usage, "\(nodes) × \(ranksPerNode) ranks are more than the recipe has shards, \(recipe.shards)",
        advice: "choose fewer, or add shards=\(nodes * ranksPerNode) (which changes the results)")
    }
    let words = self.recipe.words.isEmpty ? ["temporal-order"] : self.recipe.words
    var script = BatchScript()
    script.name = recipe.name
    script.recipe = words.map(LaunchCommand.quoted).joined(separator: " ")
    script.nodes = nodes
    script.ranksPerNode = ranksPerNode
    script.hours = hours
    Terminal.write(script.text(for: scheduler))
  }

  /// A word as a shell reads it.
  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/=:,+".contains($0)) }
    return plain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}

extension BatchScript.Scheduler: ExpressibleByArgument {}
