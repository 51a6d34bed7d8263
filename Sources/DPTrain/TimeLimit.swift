import Foundation

/// The time by which training must end.
struct TimeLimit {
  /// Seconds left for saving before the scheduler ends the job.
  private static let reserve = 60.0

  /// The time, in `monotonicSeconds`.
  let deadline: Double
  /// The cause of the limit, for messages.
  let text: String

  /// The earlier of `minutes` after `start` and a minute before the end of this process's Slurm job; nil for no limit.
  ///
  /// Slurm gives the end in seconds since 1970. An end in the past is ignored: a shell may keep that of a finished job.
  /// - Parameters:
  ///   - start: when the program started, in `monotonicSeconds`.
  ///   - minutes: the requested limit.
  ///   - environment: contains Slurm's variables.
  ///   - now: seconds since 1970.
  static func earliest(
    start: Double, minutes: Double?, environment: [String: String] = ProcessInfo.processInfo.environment,
    now: Double = Date().timeIntervalSince1970
  ) -> TimeLimit? {
    let own = minutes.map {
      TimeLimit(deadline: start + $0 * 60, text: "the time limit, --minutes \(String(format: "%g", $0))")
    }
    var job: TimeLimit?
    if let number = environment["SLURM_JOB_ID"], let end = environment["SLURM_JOB_END_TIME"].flatMap(Double.init),
      end > now
    {
      job = TimeLimit(
        deadline: monotonicSeconds() + end - now - reserve,
        text: "the time limit, \(Int(reserve)) s before the end of Slurm job \(number) (SLURM_JOB_END_TIME)")
    }
    return [own, job].compactMap(\.self).min { $0.deadline < $1.deadline }
  }
}
