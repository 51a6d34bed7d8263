import ArgumentParser
import DPTrain
import Formats
import Foundation
import Planning

/// `dp-train plan`.
struct PlanCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Forecast how long a recipe's step takes on more machines and ranks.",
    discussion: """
      Times short trainings on this machine, with the ranks and shards that each machine would have, and adds the time of
      the network. Start it alone and give the network's numbers; or start one rank on each of two machines or more, and
      it measures them:
        dp-train plan mnist --nodes 1,2,4,8 --bandwidth 10 --latency 30
        mpirun -np 2 --map-by node --bind-to none dp-train plan mnist --nodes 1,2,4,8
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "The numbers of machines.", transform: PlanCommand.numbers)
  var nodes = [1, 2, 4, 8]

  @Option(
    help: "The numbers of ranks on each (default: powers of two up to this machine's cores).",
    transform: PlanCommand.numbers)
  var ranksPerNode: [Int] = []

  @Option(help: "Microseconds of a short message between two machines (default: measured, or assumed on one machine).")
  var latency: Double?

  @Option(help: "Gbit/s that a machine sends while receiving as much (default: measured or assumed).")
  var bandwidth: Double?

  @Option(
    help: "Gbit/s for messages without an answer, as in a divided update (default: as --bandwidth).")
  var pieceBandwidth: Double?

  @Option(help: "Nanoseconds of a core to send a byte and receive a byte (default: measured or assumed).")
  var coreCost: Double?

  @Option(help: "About how many seconds each measurement takes.")
  var seconds = 1.5

  @Option(
    help: "The command that starts {ranks} ranks on this machine (default: the mpirun of the program's MPI).")
  var launcher: String?

  @Option(help: "An SVG file to draw to: a step's time, samples/s and efficiency over the number of machines.")
  var svg: String?

  @Flag(help: "Print one line of JSON.")
  var json = false

  private static func numbers(_ text: String) throws -> [Int] {
    let numbers = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("\"\(text)\" are no numbers of machines or ranks, such as 1,2,4")
    }
    return Array(Set(numbers)).sorted()
  }

  func validate() throws {
    guard latency.map({ $0 >= 0 }) ?? true else { throw ValidationError("--latency must be at least 0") }
    guard bandwidth.map({ $0 > 0 }) ?? true else { throw ValidationError("--bandwidth must be above 0") }
    guard pieceBandwidth.map({ $0 > 0 }) ?? true else {
      throw ValidationError("--piece-bandwidth must be above 0")
    }
    guard coreCost.map({ $0 >= 0 }) ?? true else { throw ValidationError("--core-cost must be at least 0") }
    guard seconds > 0 else { throw ValidationError("--seconds must be above 0") }
  }

  func run() throws {
    let (recipe, layouts): (Recipe, Layouts)
    do {
      (recipe, layouts) = try prepare()
    } catch let failure as Failure {
      Session.refuse(failure)
    }
    let isFirst = Launch().expectedRank == 0
    // The other ranks wait in MPI's start, which leaves their processors free for the first one's trials.
    let machines = isFirst ? try measure(layouts, of: recipe) : []
    let link = try FoundLink.find(
      latency: latency, bandwidth: bandwidth, pieceBandwidth: pieceBandwidth, coreCost: coreCost)
    guard isFirst else { return }
    let report = try PlanReport(recipe, layouts: layouts, machines: machines, link: link)
    if let svg {
      try makeFolders(holding: svg)
      try AtomicFile.write(Array(report.svg.utf8), to: svg)
    }
    Terminal.write(json ? try report.json() + "\n" : report.text(width: Terminal.width ?? 100))
  }

  private func prepare() throws -> (Recipe, Layouts) {
    let recipe = try recipe.load()
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let counts = ranksPerNode.isEmpty ? PlanCommand.usualCounts(cores: cores) : ranksPerNode
    let layouts = try Layouts(machines: nodes, ranksPerMachine: counts, shards: recipe.shards)
    guard layouts.chosen.allSatisfy({ $0.ranks <= cores }) else {
      throw Failure(
        .usage,
        "\(counts.max() ?? 0) ranks on each machine cannot be measured here, where this program may use \(cores) "
          + (cores == 1 ? "core" : "cores"),
        advice: "choose --ranks-per-node up to \(cores); under mpirun add --bind-to none")
    }
    return (recipe, layouts)
  }

  private static func usualCounts(cores: Int) -> [Int] {
    var counts = [1]
    while counts[counts.count - 1] * 2 <= cores { counts.append(counts[counts.count - 1] * 2) }
    return counts[counts.count - 1] == cores ? counts : counts + [cores]
  }

  /// Measures this machine under all loads.
  private func measure(_ layouts: Layouts, of recipe: Recipe) throws -> [Machine] {
    let trials = try MachineTrials(arguments: self.recipe.arguments, launcher: launcher, seconds: seconds)
    defer { trials.remove() }
    let partSize = recipe.compression == nil ? nil : try recipe.makeTree().partSize
    return try layouts.loads.map { load in
      if !json, Terminal.width != nil {
        complain("measuring \(counted(load.ranks, "rank")), \(counted(load.shards, "shard"))")
      }
      // A machine's share of a batch, rounded up.
      let batch = (recipe.batch * load.shards + recipe.shards - 1) / recipe.shards
      // The number of parts, of the recipe's size, that these shards fill.
      return try trials.measure(load, batch: batch, parts: partSize.map { (load.shards + $0 - 1) / $0 })
    }
  }
}
