import Collectives
import Diagnostics
import Foundation

/// Finds ranks that stopped answering.
///
/// A thread on each rank looks on. Where a rank has waited for the others too long, each rank that still runs writes
/// down in the run folder what it is doing, and the lowest that waits reads it and says who is missing. As long as all
/// goes well nothing is written.
///
/// Where the job is to be ended, a second thread on each rank ends its own process some seconds later, if it is still
/// there by then: what ends a job travels by the network, and files may lie behind it, and neither may answer.
public final class StallWatch: @unchecked Sendable {
  private struct Status: Codable {
    let rank: Int
    let step: Int
    let phase: Int
    let seconds: Double
  }

  /// Seconds for the job's end to reach all ranks, before they end themselves.
  private static let grace = 5.0
  private static let stackSize = 1 << 20

  private let folder: String
  private let rank: Int
  private let hosts: [String]
  private let activity: Activity
  private let warnAfter: Double
  private let abortAfter: Double?
  private let say: (String) -> Void
  private let end: (Failure) -> Void
  private let lock = NSLock()
  private var isStopped = false

  /// Prepares a watch.
  /// - Parameters:
  ///   - activity: what this rank's training notes.
  ///   - folder: a folder that all ranks can write to, made when it is needed.
  ///   - rank: this rank.
  ///   - hosts: the machine of each rank.
  ///   - warnAfter: seconds of waiting after which the missing are named.
  ///   - abortAfter: seconds of waiting after which the job ends, or nil.
  ///   - say: told the warning.
  ///   - end: ends the job on all ranks that can be reached.
  public init(
    _ activity: Activity, folder: String, rank: Int, hosts: [String], warnAfter: Double, abortAfter: Double?,
    say: @escaping (String) -> Void, end: @escaping (Failure) -> Void
  ) {
    self.activity = activity
    self.folder = folder
    self.rank = rank
    self.hosts = hosts
    self.warnAfter = warnAfter
    self.abortAfter = abortAfter
    self.say = say
    self.end = end
  }

  /// Starts looking on.
  /// - Throws: `Failure` (system) if no thread starts.
  public func start() throws {
    try SystemThread.start("watch", stackSize: StallWatch.stackSize) { [self] in watch() }
    guard let abortAfter else { return }
    try SystemThread.start("end", stackSize: StallWatch.stackSize) { [self] in
      endAlone(after: abortAfter + 3 * pause + StallWatch.grace)
    }
  }

  /// Seconds between two looks.
  private var pause: Double { min(1, warnAfter / 8) }

  /// Ends the watch, within a second.
  public func stop() {
    lock.lock()
    isStopped = true
    lock.unlock()
  }

  private var shallStop: Bool {
    lock.lock()
    defer { lock.unlock() }
    return isStopped
  }

  /// Ends this process where it has waited for so long, without asking anyone.
  private func endAlone(after limit: Double) {
    var last = activity.now.count
    var since = monotonicSeconds()
    while !shallStop {
      Thread.sleep(forTimeInterval: pause)
      let (step, phase, count) = activity.now
      let now = monotonicSeconds()
      if count != last { (last, since) = (count, now) }
      guard phase.isWaiting, now - since > limit else { continue }
      say("rank \(rank) on \(hosts[rank]) ends: it has waited for \(Int(now - since)) s in step \(step)")
      // Not exit: what runs at the end of a process could wait for the network, too.
      _exit(ExitCode.unavailable.rawValue)
    }
  }

  private func watch() {
    // Others notice, too, and write, before the missing are named.
    let patience = warnAfter + 3 * pause
    var last = activity.now.count
    var since = monotonicSeconds()
    var hasWarned = false
    while !shallStop {
      Thread.sleep(forTimeInterval: pause)
      let (step, phase, count) = activity.now
      let now = monotonicSeconds()
      if count != last {
        if now - since > warnAfter { try? FileManager.default.removeItem(atPath: path(rank)) }
        (last, since, hasWarned) = (count, now, false)
        continue
      }
      let waited = now - since
      guard waited > warnAfter else { continue }
      write(Status(rank: rank, step: step, phase: phase.rawValue, seconds: waited))
      guard phase.isWaiting, waited > patience else { continue }
      let report = report(step: step, waited: waited)
      guard report.lowestWaiting == rank else { continue }
      if let abortAfter, waited > abortAfter + 3 * pause {
        end(Failure(.unavailable, report.text, advice: "the job ends; go on from its last checkpoint with --resume"))
        return
      }
      if !hasWarned { say(report.text) }
      hasWarned = true
    }
  }

  private func report(step: Int, waited: Double) -> (lowestWaiting: Int?, text: String) {
    let statuses = hosts.indices.map(read)
    let isWaiting = statuses.map { $0.flatMap { Activity.Phase(rawValue: $0.phase) }?.isWaiting ?? false }
    let lowest = isWaiting.firstIndex(of: true)
    let missing = statuses.indices.filter { !isWaiting[$0] }
    let named = missing.prefix(8).map { rank in
      guard let status = statuses[rank] else {
        return "rank \(rank) on \(hosts[rank]) does not answer: it or its machine is stopped, or cut off"
      }
      let phase = Activity.Phase(rawValue: status.phase) ?? .starting
      return
        "rank \(rank) on \(hosts[rank]) has been \(phase.text) in step \(status.step) for \(Int(status.seconds)) s"
    }
    let others = missing.count > 8 ? ", and \(missing.count - 8) more" : ""
    let machines = Set(hosts).sorted().joined(separator: ", ")
    let cause =
      missing.isEmpty
      ? "all ranks wait for each other: the network between \(machines) carries no messages"
      : named.joined(separator: "; ") + others
    return (lowest, "nothing has moved for \(Int(waited)) s in step \(step): \(cause)")
  }

  private func path(_ rank: Int) -> String { "\(folder)/rank-\(rank).json" }

  private func write(_ status: Status) {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard let data = try? JSONEncoder().encode(status) else { return }
    try? data.write(to: URL(filePath: path(status.rank)), options: .atomic)
  }

  /// A rank's own words, unless they are old.
  private func read(_ rank: Int) -> Status? {
    guard let data = FileManager.default.contents(atPath: path(rank)),
      let attributes = try? FileManager.default.attributesOfItem(atPath: path(rank)),
      let written = attributes[.modificationDate] as? Date, -written.timeIntervalSinceNow < max(5, warnAfter)
    else { return nil }
    return try? JSONDecoder().decode(Status.self, from: data)
  }
}
