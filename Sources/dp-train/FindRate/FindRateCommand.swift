import ArgumentParser
import DPTrain
import Foundation
import Reporting

/// `dp-train find-rate`.
struct FindRateCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "find-rate", abstract: "Suggest a learning rate: try ever greater ones until the loss diverges.",
    discussion: """
      The range test of Smith (2015): each step has a greater learning rate than the one before, by a constant factor. Where
      the loss falls, the rate is useful. Nothing is saved of the weights, and no run begins. The rates are those of
      optimizer.learningRate, without the recipe's schedule.
        dp-train find-rate mnist
        dp-train find-rate my.yaml optimizer.name=sgd --from 1e-5 --to 100 --steps 200
        mpirun -np 8 dp-train find-rate my.yaml       the same bits
      """)

  @OptionGroup var recipe: RecipeArguments

  @OptionGroup var ranks: RankArguments

  @Option(help: ArgumentHelp("The learning rate of the first step.", valueName: "rate"))
  var from = 1e-7

  @Option(
    help: ArgumentHelp("The learning rate of the last step, if the loss does not diverge before.", valueName: "rate"))
  var to = 10.0

  @Option(help: "The number of steps.")
  var steps = 100

  @Option(
    help: ArgumentHelp(
      "The folder for rates.csv, rates.svg and rates.html (default: find-rate/NAME).", valueName: "folder"),
    completion: .directory)
  var out: String?

  @Flag(help: "Print one line of JSON.")
  var json = false

  func validate() throws {
    guard from > 0, from.isNormal else { throw ValidationError("--from must be above 0, such as 1e-7") }
    guard to.isFinite else { throw ValidationError("--to must be a finite rate, such as 10, not \(to)") }
    guard to > from else { throw ValidationError("--to must be above --from, \(from)") }
    guard (20...10_000).contains(steps) else { throw ValidationError("--steps must be from 20 to 10000") }
  }

  private var range: RateRange { RateRange(from: from, to: to, steps: steps) }

  func run() {
    Session.run(
      oversubscribes: ranks.oversubscribe, prepare: prepare,
      description: { Session.describe("find-rate \(from) \(to) \(steps)", $0.recipe, $0.search.experiment) }
    ) { communicator, prepared in
      let curve = try prepared.search.run(communicator)
      guard communicator.isRoot else { return }
      let report = RateReport(prepared.recipe, experiment: prepared.search.experiment, curve: curve)
      let files = try prepared.files.map { try report.write(to: $0) } ?? []
      Terminal.write(json ? try report.json() + "\n" : report.text(width: Terminal.width ?? 80))
      if !json { Terminal.write("\n" + files.map { $0 + "\n" }.joined()) }
    }
  }

  /// The experiment for the test, and on rank 0 the folder for its files.
  private func prepare(
    _ communicator: any Communicator
  ) throws -> (recipe: Recipe, search: RateSearch, files: String?) {
    var recipe = try recipe.load()
    // An average of the weights has no part in the losses of steps.
    recipe.ema = nil
    let search = try RateSearch(range, communicator: communicator) { try recipe.makeExperiment() }
    guard communicator.isRoot else { return (recipe, search, nil) }
    search.experiment.data.notices.forEach(Terminal.warn)
    let folder = out ?? "find-rate/\(recipe.name)"
    for name in RateReport.files {
      try RunFolder.checkIsFree("\(folder)/\(name)", advice: "choose another folder with --out")
    }
    try makeFolders(holding: "\(folder)/\(RateReport.files[0])")
    return (recipe, search, folder)
  }
}
