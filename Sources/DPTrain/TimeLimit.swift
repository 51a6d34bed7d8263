import Foundation

/// When training has to end.
struct TimeLimit {
  /// Seconds that are kept for saving before a scheduler ends the job.
  private static let reserve = 60.0

  /// In `monotonicSeconds`.
  let deadline: Double
  /// What sets it, for messages.
  let text: String

  /// `minutes` after `start`, or before the end of the Slurm job that this process belongs to, whichever comes first; nil
  /// for no limit.
  ///
  /// Slurm gives the end in seconds since 1970. A shell may keep that of a job that is over.
  /// - Parameters:
  ///   - start: when the program started, in `monotonicSeconds`.
  ///   - minutes: those that were asked for.
  ///   - environment: what Slurm has set.
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
