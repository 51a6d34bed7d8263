import ArgumentParser
import DPTrain
import Foundation

/// `dp-train verify`.
struct VerifyCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove on a recipe that the number of ranks, and being killed, do not change the bits.",
    discussion: """
      Trains a few steps on each number of ranks, kills one training and resumes it on another number, and compares the
      SHA-256 of all weights. Start it without mpirun: it starts the ranks itself.
        dp-train verify temporal-order --ranks 1,2,3
        dp-train verify my.yaml --launcher "srun --mpi=pmix -n {ranks}"
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "The numbers of ranks to compare.", transform: VerifyCommand.numbers)
  var ranks: [Int] = [1, 2, 3]

  @Option(help: "Steps of each training (default: as many as take about two seconds).")
  var steps: Int?

  @Option(help: "The command that starts {ranks} ranks (default: the mpirun of the program's MPI).")
  var launcher: String?

  private static let calibrationSeconds = 0.2
  private static let seconds = 2.0

  private static func numbers(_ text: String) throws -> [Int] {
    let numbers = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("\"\(text)\" are no numbers of ranks, such as 1,2,3")
    }
    return numbers
  }

  func validate() throws {
    guard steps.map({ $0 > 1 }) ?? true else { throw ValidationError("--steps must be at least 2") }
  }

  func run() throws {
    let launch = Launch()
    guard launch.expectedSize ?? 1 == 1 || !launch.isLive else {
      Session.refuse(
        Failure(.usage, "verify starts the ranks itself", advice: "start it without mpirun; --launcher says how"))
    }
    let recipe = try recipe.load()
    guard recipe.reduction == .tree else {
      throw Failure(
        .configuration,
        "reduction: \(recipe.reduction.rawValue) adds gradients in an order that depends on the number of ranks",
        advice: "the bits are the same with reduction: tree alone; verify that")
    }
    if let most = ranks.max(), most > recipe.shards {
      throw Failure(
        .usage, "\(most) ranks are more than the recipe has shards, \(recipe.shards)",
        advice: "choose --ranks up to \(recipe.shards)")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-verify-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let trials = Trials(
      folder: folder, arguments: self.recipe.arguments, folds: recipe.foldsToTrain, launcher: launcher)

    let steps = try self.steps ?? VerifyCommand.chosenSteps(recipe)
    Terminal.write("\(recipe.name), \(Format.count(steps, "step")), \(recipe.precision.rawValue)\n\n")
    var outcomes: [Trials.Outcome] = []
    for count in ranks { outcomes.append(try trials.train(ranks: count, steps: steps)) }
    let (before, after) = (ranks[ranks.count - 1], ranks[0])
    outcomes.append(try trials.trainKilled(ranks: before, then: after, steps: steps))

    let isSame = Set(outcomes.map(\.digest)).count == 1
    let rows = outcomes.map { outcome in
      [
        outcome.name, Format.seconds(outcome.seconds), String(outcome.digest.prefix(16)),
        outcome.digest == outcomes[0].digest ? "same" : "DIFFERENT",
      ]
    }
    Terminal.write(Format.table([["ranks", "time", "SHA-256 of the weights", "bits"]] + rows, right: [1]))
    guard isSame else {
      throw Failure(
        .software, "the weights are not the same bits",
        advice: "on machines of several kinds, set \(InstructionSet.variable) alike and compare dp-train --version")
    }
    Terminal.write("\nall weights are the same bits\n")
  }

  /// The number of steps whose training lasts long enough to be killed midway.
  private static func chosenSteps(_ recipe: Recipe) throws -> Int {
    let experiment = try recipe.makeExperiment()
    let step = try TrainingStep(experiment, workspace: experiment.makeWorkspace(communicator: SoloCommunicator()))
    let positions = 0..<min(experiment.settings.samplesPerStep, experiment.samplesPerEpoch)
    var report = StepReport()
    step.beginEpoch()
    try step.run(epoch: 0, positions: positions, into: &report)
    let start = monotonicSeconds()
    var count = 0
    repeat {
      try step.run(epoch: 0, positions: positions, into: &report)
      count += 1
    } while monotonicSeconds() - start < calibrationSeconds
    return max(10, Int(seconds * Double(count) / (monotonicSeconds() - start)))
  }
}
