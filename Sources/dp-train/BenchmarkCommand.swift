import ArgumentParser
import DPTrain

/// `dp-train benchmark`.
struct BenchmarkCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Time a recipe's training step, with nothing written and nothing evaluated.",
    discussion: """
      Prints the median of several windows of steps, after a warm-up. Works under mpirun too.
      Counts the operations of the products, two per multiply-add, forwards and backwards.
      """)

  @OptionGroup var recipe: RecipeArguments

  @OptionGroup var ranks: RankArguments

  @Option(help: "Steps to time in all (default: as many as fit into --seconds; at most 500 without --seconds).")
  var steps: Int?

  @Option(help: "About how many seconds to time steps for; at least five steps (default: 10).")
  var seconds: Double?

  @Flag(help: "Also measure a core's peak of multiply-adds, and the step's share of it.")
  var peak = false

  @Flag(help: "Print each layer's times; under mpirun, those of rank 0.")
  var layers = false

  @Flag(help: "Instead time sums over all ranks, 4 KiB to 64 MiB: the tree, the tree in bfloat16, MPI_Allreduce.")
  var allreduce = false

  @Flag(help: "Instead time the loading of training samples alone, with nothing computed.")
  var loading = false

  @Flag(inversion: .prefixedNo, help: "Send gradients and new weights between machines during the passes.")
  var overlap = true

  @Flag(help: "Print one line of JSON.")
  var json = false

  /// The largest number of windows that the steps are divided into.
  private static let windows = 9

  func validate() throws {
    guard steps.map({ (1...10_000_000).contains($0) }) ?? true else {
      throw ValidationError("--steps must be from 1 to 10000000")
    }
    guard seconds.map({ $0 > 0 && $0 <= 1e6 }) ?? true else {
      throw ValidationError("--seconds must be above 0 and at most 1000000")
    }
    guard !(allreduce && loading) else { throw ValidationError("give --allreduce or --loading, not both") }
    guard !loading || steps == nil else { throw ValidationError("--loading takes --seconds, not --steps") }
    guard steps == nil || seconds == nil else { throw ValidationError("give --steps or --seconds, not both") }
  }

  func run() {
    if allreduce { return runAllreduce() }
    Session.run(
      oversubscribes: ranks.oversubscribe, prepare: prepare,
      description: { Session.describe(kind, $0.recipe, $0.experiment) }
    ) { communicator, prepared in
      let workspace = prepared.workspace
      if loading {
        let rate = try LoadingRate.measure(prepared.experiment, workspace: workspace, seconds: seconds ?? 10)
        let result = LoadingResult(recipe: prepared.recipe.name, ranks: communicator.size, rate)
        if communicator.isRoot { Terminal.write(json ? try result.json() + "\n" : result.text) }
        return
      }
      let step = try TrainingStep(
        prepared.experiment, workspace: workspace, link: try LinkSpeed.measure(communicator),
        overlaps: overlap)
      let result = try measure(prepared.recipe, prepared.experiment, step, communicator)
      guard communicator.isRoot else { return }
      Terminal.write(json ? try result.json() + "\n" : result.text)
    }
  }

  private func runAllreduce() {
    Session.run(
      oversubscribes: ranks.oversubscribe, prepare: { _ in AllreduceBenchmark() },
      description: { _ in "benchmark --allreduce" }
    ) { communicator, benchmark in
      let result = try benchmark.run(communicator)
      guard communicator.isRoot else { return }
      Terminal.write(json ? try result.json() + "\n" : result.text)
    }
  }

  /// The options that must be the same on all ranks.
  private var kind: String {
    "benchmark \(loading) \(steps.map(String.init) ?? "") \(seconds.map { "\($0) s" } ?? "") \(overlap)"
  }

  private func prepare(
    _ communicator: any Communicator
  ) throws -> (recipe: Recipe, experiment: Experiment, workspace: Workspace) {
    var recipe = try recipe.load()
    // Recording would cost time.
    recipe.record.histograms = .span(.steps(0))
    let experiment = try recipe.makeExperiment()
    return (recipe, experiment, try experiment.makeWorkspace(communicator: communicator))
  }

  private func measure(
    _ recipe: Recipe, _ experiment: Experiment, _ step: TrainingStep, _ communicator: any Communicator
  ) throws -> BenchmarkResult {
    let count = experiment.samplesPerEpoch
    let batch = min(experiment.settings.samplesPerStep, count)
    var report = StepReport()
    var position = 0
    var times = StepTimes()
    var stepSeconds: [Double] = []
    // Only whole batches, so that every step does the same work.
    func run(_ steps: Int) throws {
      for _ in 0..<steps {
        if position + batch > count { position = 0 }
        try step.run(epoch: 0, positions: position..<position + batch, into: &report)
        position += batch
        times.add(report.times)
        stepSeconds.append(report.seconds)
      }
    }
    step.beginEpoch()
    let layerTimes = layers ? LayerTimes() : nil
    step.layerObserver = layerTimes
    let steps = try chosenSteps(communicator, run)
    let windows = min(BenchmarkCommand.windows, steps)
    let window = steps / windows
    try run(max(window, min(10, (steps + 2) / 3)))
    layerTimes?.reset()
    times = StepTimes()
    stepSeconds = []
    stepSeconds.reserveCapacity(window * windows)
    var seconds: [Double] = []
    let work = LongWork("measuring windows of steps", total: windows)
    for number in 0..<windows {
      work.show(done: number)
      try communicator.barrier()
      let start = monotonicSeconds()
      try run(window)
      seconds.append((monotonicSeconds() - start) / Double(window))
    }
    _ = try experiment.model.weights.values
    // All ranks measure at the same time, since they also train at the same time.
    try communicator.barrier()
    let peakRate = peak ? PeakRate.measure(experiment.settings.precision) : nil
    seconds.sort()
    let share = experiment.data.training.shareOfSteps
    return BenchmarkResult(
      recipe: recipe.name, ranks: communicator.size, batch: batch, steps: window * windows, seconds: seconds,
      stepSeconds: stepSeconds, times: times,
      operations: Int(Double(experiment.model.trainingOperations * batch) * share),
      precision: experiment.settings.precision, peak: peakRate, layerTimes: layerTimes)
  }

  /// The number of steps to time, the same on all ranks.
  private func chosenSteps(_ communicator: any Communicator, _ run: (Int) throws -> Void) throws -> Int {
    if let steps { return steps }
    let (seconds, most) = (seconds ?? 10, seconds == nil ? 500 : Int.max)
    // The first step is not timed: it allocates.
    try run(1)
    let start = monotonicSeconds()
    var count = 0
    while true {
      try run(1)
      count += 1
      var elapsed = monotonicSeconds() - start
      try withUnsafeMutableBytes(of: &elapsed) { try communicator.broadcast($0, root: 0) }
      if elapsed >= seconds / 10 { return min(most, max(5, Int(min(seconds * Double(count) / elapsed, 1e9)))) }
    }
  }
}
