import ArgumentParser
import DPTrain
import Foundation

/// `dp-train benchmark`.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Time a recipe's training step, with nothing written and nothing evaluated.",
    discussion: "The median of several windows of steps is given, after a warm-up. Works under mpirun too.")

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "Steps to time in all.")
  var steps = 500

  @Flag(help: "Print one line of JSON.")
  var json = false

  private static let windows = 9

  private struct Result: Encodable {
    let recipe: String
    let ranks, batch, steps: Int
    let msPerStep, msMin, msMax, samplesPerSecond: Double
    let instructionSet: String
  }

  func validate() throws {
    guard steps >= BenchmarkCommand.windows else {
      throw ValidationError("--steps must be at least \(BenchmarkCommand.windows)")
    }
  }

  func run() throws {
    try Session.run(
      prepare: prepare, description: { Session.describe("benchmark \(steps)", $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      let result = try measure(prepared.recipe, prepared.experiment, prepared.step, communicator)
      guard communicator.isRoot else { return }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        Terminal.write(String(decoding: try encoder.encode(result), as: UTF8.self) + "\n")
      } else {
        Terminal.write(
          String(
            format: "%@: %.4f ms a step (%.4f to %.4f), %@ samples/s, %d ranks, %@\n", result.recipe, result.msPerStep,
            result.msMin, result.msMax, Format.count(Int(result.samplesPerSecond)), result.ranks,
            result.instructionSet))
      }
    }
  }

  private func prepare(
    _ communicator: any Communicator
  ) throws -> (recipe: Recipe, experiment: Experiment, step: TrainingStep) {
    let recipe = try recipe.load()
    let experiment = try recipe.makeExperiment()
    let workspace = try experiment.makeWorkspace(communicator: communicator)
    return (recipe, experiment, try TrainingStep(experiment, workspace: workspace))
  }

  private func measure(
    _ recipe: Recipe, _ experiment: Experiment, _ step: TrainingStep, _ communicator: any Communicator
  ) throws -> Result {
    let count = experiment.data.training.count
    let batch = min(experiment.settings.samplesPerStep, count)
    var report = StepReport()
    var position = 0
    // Whole batches only, so that every step does the same work.
    func run(_ steps: Int) throws {
      for _ in 0..<steps {
        if position + batch > count { position = 0 }
        try step.run(epoch: 0, positions: position..<position + batch, into: &report)
        position += batch
      }
    }
    step.beginEpoch()
    let window = steps / BenchmarkCommand.windows
    try run(max(10, window))
    var seconds: [Double] = []
    for _ in 0..<BenchmarkCommand.windows {
      try communicator.barrier()
      let start = monotonicSeconds()
      try run(window)
      seconds.append((monotonicSeconds() - start) / Double(window))
    }
    seconds.sort()
    let median = seconds[seconds.count / 2]
    return Result(
      recipe: recipe.name, ranks: communicator.size, batch: batch, steps: window * BenchmarkCommand.windows,
      msPerStep: median * 1e3, msMin: seconds[0] * 1e3, msMax: seconds[seconds.count - 1] * 1e3,
      samplesPerSecond: Double(batch) / median, instructionSet: InstructionSet.active)
  }
}
