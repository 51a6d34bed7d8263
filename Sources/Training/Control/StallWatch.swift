import Collectives
import Diagnostics
import Foundation

/// Finds ranks that stall.
///
/// Each rank has a watching thread. If ranks wait for too long, each running rank writes its activity to a file in the run
/// folder, and the lowest waiting rank reads these and names the missing ones. Otherwise nothing is written.
///
/// If the job must end, a second thread on each rank ends its own process some seconds later: the order to end travels by
/// the network, which may have failed, as may the file system.
public final class StallWatch: @unchecked Sendable {
  private struct Status: Codable {
    let rank: Int
    let step: Int
    let phase: Int
    let seconds: Double
  }

  /// Seconds for the order to end to reach all ranks, before they end themselves.
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
  ///   - activity: the activity of this rank's training.
  ///   - folder: a folder that all ranks can write to; created when needed.
  ///   - rank: this rank.
  ///   - hosts: the machine of each rank.
  ///   - warnAfter: seconds of waiting until the missing ranks are named.
  ///   - abortAfter: seconds of waiting until the job ends; nil to wait without limit.
  ///   - say: prints a warning.
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

  /// Starts the watching threads.
  /// - Throws: `Failure` (system) if no thread starts.
  public func start() throws {
    try SystemThread.start("watch", stackSize: StallWatch.stackSize) { [self] in watch() }
    guard let abortAfter else { return }
    try SystemThread.start("end", stackSize: StallWatch.stackSize) { [self] in
      endAlone(after: abortAfter + 3 * pause + StallWatch.grace)
    }
  }

  /// Seconds between two checks.
  private var pause: Double { min(1, warnAfter / 8) }

  /// Ends the watch within a second.
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

  /// Ends this process, without any communication, if it has waited longer than `limit` seconds.
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
      // `exit` would run handlers that could wait for the network.
      _exit(ExitCode.unavailable.rawValue)
    }
  }

  private func watch() {
    // Leave the other ranks time to write their files before naming the missing ones.
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
        end(Failure(.unavailable, report.text, advice: "the job ends; resume from its last checkpoint with --resume"))
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

  /// Reads a rank's status; nil if there is none or it is old.
  private func read(_ rank: Int) -> Status? {
    guard let data = FileManager.default.contents(atPath: path(rank)),
      let attributes = try? FileManager.default.attributesOfItem(atPath: path(rank)),
      let written = attributes[.modificationDate] as? Date, -written.timeIntervalSinceNow < max(5, warnAfter)
    else { return nil }
    return try? JSONDecoder().decode(Status.self, from: data)
  }
}
