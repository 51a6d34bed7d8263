import Foundation
import Recording
import Reporting

/// Trains variants of a sweep on one group of ranks, one after the other, as long as there are free ones.
///
/// A variant belongs to the group that has locked its run folder. The system releases the lock however the process ends. So the
/// groups of one job, and of any number of jobs, share the variants without messages. A killed job leaves only unfinished runs,
/// which the next one resumes.
struct SweepWorker {
  /// Why a group ends its work.
  enum End: Int {
    /// There is no free variant.
    case done
    /// It was asked to stop.
    case stopped
  }

  private let plan: SweepPlan
  private let folder: SweepFolder
  private let job: TrainingJob
  private let communicator: any Communicator
  private let limit: TimeLimit?
  /// On the group's first rank: the results that it knows, and the files that they are in.
  private var state: SweepState
  private var known: Set<String> = []

  /// Seconds between looks for a free variant.
  private static let pause = 0.05
  /// Looks without a free variant after which a group ends: one may only seem taken, while somebody asks about its lock.
  private static let looks = 3
  /// What the group's first rank tells the others in place of a variant's number, which is above 0.
  private static let (done, stopped) = (0, -1)

  /// A worker of one group.
  init(
    _ plan: SweepPlan, folder: SweepFolder, job: TrainingJob, communicator: any Communicator, limit: TimeLimit?
  ) {
    self.plan = plan
    self.folder = folder
    self.job = job
    self.communicator = communicator
    self.limit = limit
    state = SweepState(plan)
  }

  /// Trains until there is nothing more to do, or it is asked to stop. Every rank of the group calls it.
  mutating func run() throws -> End {
    while true {
      var claim: (number: Int, rung: Int, lock: RunLock?) = (Self.done, 0, nil)
      if communicator.isRoot { claim = try next() }
      let told = try communicator.gather(
        [claim.number, claim.rung], counts: Array(repeating: 2, count: communicator.size))
      guard told[0] > 0 else { return told[0] == Self.stopped ? .stopped : .done }
      let end = try train(plan.variants[told[0] - 1], rung: told[1])
      claim.lock?.release()
      if end == .stopped { return .stopped }
    }
  }

  /// The next variant that nobody trains, locked; waits for one if a rung has not ended.
  private mutating func next() throws -> (number: Int, rung: Int, lock: RunLock?) {
    var looks = 0
    while true {
      if isStopped { return (Self.stopped, 0, nil) }
      state.take(try folder.readResults(besides: &known))
      guard let rung = state.rung else { return (Self.done, 0, nil) }
      for number in rung.open {
        guard let lock = try claim(number) else { continue }
        if !folder.hasResult(number, rung: rung.number) { return (number, rung.number, lock) }
        lock.release()
      }
      looks += 1
      if plan.halvings == 0, looks == Self.looks { return (Self.done, 0, nil) }
      Thread.sleep(forTimeInterval: Self.pause)
    }
  }

  private func claim(_ number: Int) throws -> RunLock? {
    do {
      return try folder.run(number).lock(resumes: true, seconds: 0, warn: Terminal.warn)
    } catch let failure as Failure where failure.exitCode == .unavailable {
      return nil
    }
  }

  private var isStopped: Bool {
    SignalRequests.current.isStop || limit.map { monotonicSeconds() >= $0.deadline } == true
      || FileManager.default.fileExists(atPath: folder.stop)
  }

  /// Trains a variant to the end of a rung and writes its result. A failure that is the variant's own is a result, too.
  private func train(_ variant: SweepPlan.Variant, rung: Int) throws -> End {
    let start = monotonicSeconds()
    func failed(_ failure: Failure) -> SweepResult {
      SweepResult(
        number: variant.number, rung: rung, failure: failure.message, seconds: monotonicSeconds() - start)
    }
    let outcome: SweepResult?
    do {
      outcome = try logging(variant) { try result(of: variant, rung: rung) }
    } catch let common as CommonFailure {
      guard common.isOfTraining || common.failure.isOfVariant else { communicator.abort(common.failure, alike: true) }
      outcome = failed(common.failure)
    } catch let failure as Failure where failure.isOfVariant && communicator.size == 1 {
      outcome = failed(failure)
    }
    guard let outcome else { return .stopped }
    if communicator.isRoot {
      if let failure = outcome.failure { try logging(variant) { Terminal.write("failed: \(failure)\n") } }
      try folder.write(outcome)
    }
    return .done
  }

  /// Runs `body`; on the group's first rank, what it prints goes to the variant's log.
  private func logging<Result>(_ variant: SweepPlan.Variant, _ body: () throws -> Result) throws -> Result {
    guard communicator.isRoot else { return try body() }
    return try Terminal.logging(to: folder.log(variant.number), body)
  }

  /// The result of a variant's training; nil if it was asked to stop.
  private func result(of variant: SweepPlan.Variant, rung: Int) throws -> SweepResult? {
    var job = job
    job.out = folder.run(variant.number).path
    job.resumes = true
    job.part = TrainingPart(stopFile: folder.stop)
    let run: TrainingRun = try CommonFailure.marking {
      try communicator.agree {
        let run = try job.prepare(plan.recipe(of: variant), communicator)
        guard run.experiment.data.monitored != nil else { throw Self.nothingToCompare }
        return run
      }
    }
    let settings = run.experiment.settings
    let samples = run.experiment.samplesPerEpoch
    let (steps, perEpoch) = (settings.totalSteps(samples: samples), settings.stepsPerEpoch(samples: samples))
    let epochs = (steps + perEpoch - 1) / perEpoch
    let last = Halving.epoch(rung: rung, of: plan.halvings, epochs: epochs, every: settings.evaluateEvery)
    let summary = try run.train(communicator, until: limit, lastEpoch: last < epochs ? last : nil)
    if let stopped = summary.stopped, stopped != .pause { return nil }
    return result(of: variant, rung: rung, monitor: run.recipe.monitor.monitor, summary)
  }

  private func result(
    of variant: SweepPlan.Variant, rung: Int, monitor: Monitor, _ summary: RunSummary
  ) -> SweepResult {
    let measured = summary.evaluations.first.flatMap { monitor.value(in: $0) }
    let before = rung > 0 ? state.result(of: variant.number, rung: rung - 1)?.seconds ?? 0 : 0
    let metric = measured?.metric ?? monitor.metric ?? "loss"
    return SweepResult(
      number: variant.number, rung: rung, metric: metric,
      isGreatestBest: monitor.direction(of: metric) == .greatest, value: measured?.value,
      measurements: summary.evaluations.map(SweepResult.Measurement.init), epochs: summary.epochs,
      steps: summary.steps, seconds: before + summary.seconds)
  }

  private static let nothingToCompare = Failure(
    .configuration, "there are no validation or test samples, so nothing tells which variant is better",
    advice: "data.validationShare keeps some samples for that, data.validation names others")
}

extension Failure {
  /// Whether a training's failure comes from its recipe or data, so that other variants may succeed. Others, such as a full disk,
  /// end the job, which is then resumed.
  fileprivate var isOfVariant: Bool { [.usage, .configuration, .data, .noInput, .system].contains(exitCode) }
}
