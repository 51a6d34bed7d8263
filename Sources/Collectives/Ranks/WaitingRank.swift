import CMPIShim
import Diagnostics
import Foundation

/// A rank without a processor, which sleeps until those that compute are done.
///
/// It polls at most ten times a second, which takes almost no processor time. MPI's barriers would spin.
struct WaitingRank {
  /// The processes of the ranks that compute on this machine. If one ends before this rank is released, it has failed.
  let computing: [pid_t]

  private static let longestPause = 0.1
  private static let shortestPause = 0.001
  /// Pauses are this share of the time waited so far, so that a short job does not end much later.
  private static let pauseShare = 0.05
  /// Seconds in which the release may still arrive after a computing process has ended.
  private static let grace = 5.0

  /// Waits, ends MPI together with the others, and exits with rank 0's status; or with `ExitCode.unavailable` if a computing
  /// rank ended before. It ignores signals that ask a job to save, since it has nothing to save.
  func wait() -> Never {
    for number in [SIGTERM, SIGINT, SIGUSR1] { signal(number, SIG_IGN) }
    let watched = computing.filter(Self.isThere)
    let clock = ContinuousClock()
    let start = clock.now
    var alarm: ContinuousClock.Instant?
    while true {
      var isReleased = false
      var status: Int32 = 0
      guard dpt_mpi_released(&isReleased, &status) == 0 else { _exit(ExitCode.unavailable.rawValue) }
      if isReleased {
        let code = dpt_mpi_finalize()
        exit(code == 0 ? status : ExitCode.system.rawValue)
      }
      let now = clock.now
      if !watched.allSatisfy(Self.isThere) {
        let since = alarm ?? now
        alarm = since
        // `exit` would run MPI's exit handlers, which could wait for the others.
        if now - since > .seconds(Self.grace) { _exit(ExitCode.unavailable.rawValue) }
      }
      let waited = (now - start) / .seconds(1)
      Thread.sleep(forTimeInterval: min(Self.longestPause, max(Self.shortestPause, waited * Self.pauseShare)))
    }
  }

  /// Whether a process exists; it may be another user's.
  private static func isThere(_ process: pid_t) -> Bool { kill(process, 0) == 0 || errno == EPERM }
}
