import Foundation

/// When training has to end.
enum TimeLimit {
  /// Seconds that are kept for saving before a scheduler ends the job.
  private static let reserve = 60.0

  /// In `monotonicSeconds`: `minutes` after `start`, or before the end of the Slurm job that this process belongs to,
  /// whichever comes first; nil for no limit.
  static func deadline(start: Double, minutes: Double?) -> Double? {
    let own = minutes.map { start + $0 * 60 }
    // Slurm gives the end in seconds since 1970, where it knows one.
    let jobEnd = ProcessInfo.processInfo.environment["SLURM_JOB_END_TIME"].flatMap(Double.init).map {
      monotonicSeconds() + $0 - Date().timeIntervalSince1970 - reserve
    }
    return [own, jobEnd].compactMap(\.self).min()
  }
}
