import ArgumentParser
import DPTrain

/// `dp-train benchmark`.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Time a recipe's training step, with nothing written and nothing evaluated.",
    discussion: """
      The median of several windows of steps is given, after a warm-up. Works under mpirun too.
      Operations are those of the products, two per multiply-add, forwards and backwards.
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "Steps to time in all.")
  var steps = 500

  @Flag(help: "Measure how fast the core can multiply and add at all, too, and the step's share of it.")
  var peak = false

  @Flag(help: "Print each layer's times; with mpirun, those of rank 0.")
  var layers = false

  @Flag(help: "Time sums over all ranks instead, of 4 KiB to 64 MiB: the reduction tree beside MPI_Allreduce.")
  var allreduce = false

  @Flag(help: "Print one line of JSON.")
  var json = false

  /// The most windows that the steps are divided into.
  private static let windows = 9

  func validate() throws {
    guard steps >= 1 else { throw ValidationError("--steps must be at least 1") }
  }

  func run() {
    if allreduce { return runAllreduce() }
    Session.run(
      prepare: prepare, description: { Session.describe("benchmark \(steps)", $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      let result = try measure(prepared.recipe, prepared.experiment, prepared.step, communicator)
      guard communicator.isRoot else { return }
      Terminal.write(json ? try result.json() + "\n" : result.text)
    }
  }

  private func runAllreduce() {
    Session.run(
      prepare: { _ in AllreduceBenchmark() }, description: { _ in "benchmark --allreduce" }
    ) { communicator, benchmark in
      let result = try benchmark.run(communicator)
      guard communicator.isRoot else { return }
      Terminal.write(json ? try result.json() + "\n" : result.text)
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
  ) throws -> BenchmarkResult {
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
    let times = layers ? LayerTimes() : nil
    step.layerObserver = times
    let windows = min(BenchmarkCommand.windows, steps)
    let window = steps / windows
    try run(max(window, min(10, (steps + 2) / 3)))
    times?.reset()
    var seconds: [Double] = []
    for _ in 0..<windows {
      try communicator.barrier()
      let start = monotonicSeconds()
      try run(window)
      seconds.append((monotonicSeconds() - start) / Double(window))
    }
    // All ranks at once, as they work at once.
    try communicator.barrier()
    let peakRate = peak ? PeakRate.measure() : nil
    seconds.sort()
    return BenchmarkResult(
      recipe: recipe.name, ranks: communicator.size, batch: batch, steps: window * windows, seconds: seconds,
      operations: experiment.model.trainingOperations * batch, peak: peakRate, times: times)
  }
}
