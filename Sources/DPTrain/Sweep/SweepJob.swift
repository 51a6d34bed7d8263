import Formats
import Foundation
import Recording
import Reporting

/// A sweep, as `dp-train sweep` does it: on all ranks that a launcher started, divided into groups.
package struct SweepJob {
  /// The sweep's folder; nil for `sweeps/NAME-DIGEST`, which is the same for the same command.
  package var out: String?
  /// The ranks of each training; nil to choose.
  package var ranksPerRun: Int?
  /// Minutes after which all trainings save and stop; nil for the end of a Slurm job.
  package var minutes: Double?
  /// As of `TrainingJob`.
  package var stallWarning = 60.0
  package var stallAbort: Double?
  package var oversubscribes = false

  /// A job with the default settings.
  package init() {}

  /// Trains the variants of the plan that `makePlan` makes on each rank; if it makes none, of the one in the folder `out`.
  /// - Throws: nothing: a failure ends the process as in `Session.run`.
  package func run(_ makePlan: () throws -> SweepPlan?) {
    let start = monotonicSeconds()
    SignalRequests.installUserSignal()
    Session.run(
      oversubscribes: oversubscribes,
      prepare: { communicator in
        // A fault in the arguments is found on all ranks, so that the message names none.
        let made = try makePlan()
        return communicator.isRoot ? try begin(made) : nil
      },
      work: { communicator, begun in
        let limit = TimeLimit.earliest(start: start, minutes: minutes)
        guard try sweep(communicator, begun, until: limit) else { return }
        try communicator.close(status: ExitCode.stopped.rawValue)
        Foundation.exit(ExitCode.stopped.rawValue)
      })
  }

  /// Makes the sweep's folder, or finds it.
  private func begin(_ made: SweepPlan?) throws -> (plan: SweepPlan, folder: SweepFolder) {
    let place = try out ?? made.map(Self.usualFolder) ?? ""
    let folder = SweepFolder(path: place)
    guard folder.exists else {
      guard let made else {
        throw Failure(
          .noInput, "\(place) holds no sweep: there is no \(folder.plan)",
          advice: "give a recipe and the keys to vary, or the folder that sweep printed")
      }
      try folder.create(plan: made.json())
      return (made, folder)
    }
    let plan = try SweepPlan(of: folder)
    if let difference = made?.difference(from: plan) {
      throw Failure(
        .configuration, "\(place) holds another sweep: \(difference)",
        advice: "resume that one by dp-train sweep --out \(place), or choose another folder with --out")
    }
    return (plan, folder)
  }

  /// The folder of a sweep if none is named: the same for the same plan.
  package static func usualFolder(of plan: SweepPlan) throws -> String {
    let text = Array(try plan.json().utf8)
    return "sweeps/\(plan.name)-\(try text.withUnsafeBytes { try sha256(of: $0) }.prefix(8))"
  }

  /// Trains all variants. Returns whether some are left because a group was asked to stop.
  private func sweep(
    _ communicator: any Communicator, _ begun: (plan: SweepPlan, folder: SweepFolder)?, until limit: TimeLimit?
  ) throws -> Bool {
    // The other ranks read no file that could differ from rank 0's.
    let text = try communicator.text(begun?.plan.json() ?? "", from: 0)
    let folder = SweepFolder(path: try communicator.text(begun?.folder.path ?? "", from: 0))
    guard let plan = SweepPlan(json: text) else { throw Failure(.software, "rank 0 sent no plan") }
    SignalRequests.install()
    let groups = SweepGroups(
      machines: communicator.machines, ranksPerRun: ranksPerRun, variants: plan.variants.count,
      shards: plan.variants.lazy.compactMap { try? plan.recipe(of: $0).shards }.first ?? 1)
    let display = communicator.isRoot ? SweepDisplay(plan, folder: folder, groups: groups.text) : nil
    try display?.start()
    var job = TrainingJob()
    (job.stallWarning, job.stallAbort) = (stallWarning, stallAbort)
    let end = try communicator.divided(into: groups.groups[communicator.rank]) { part in
      var worker = SweepWorker(plan, folder: folder, job: job, communicator: part, limit: limit)
      return try worker.run()
    }
    let hasStopped = try communicator.gather(end == .stopped).contains(true)
    let isStopped = try display?.finish(hasStopped: hasStopped) ?? false
    return try communicator.gather(isStopped).contains(true)
  }
}
