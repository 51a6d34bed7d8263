import Collectives
import Training

extension Communicator {
  /// By how many seconds this rank's clock is ahead of rank 0's; every rank calls it. 0 on rank 0's machine, where all
  /// have one clock.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  func clockOffset() throws -> Double {
    let hosts = try gather(Array(hostName.utf8))
    let measured = try measuredClockOffset(clock: monotonicSeconds)
    return hosts[rank] == hosts[0] ? 0 : measured
  }

  /// By how many seconds this rank's clock is ahead of rank 0's, found by exchanging readings in rounds.
  ///
  /// What rank 0 read before a round is older than what this rank reads after it, and the other way around; the offset
  /// lies between the closest of these bounds, and its middle is taken. The error is at most half a round's time.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  func measuredClockOffset(rounds: Int = 16, clock: () -> Double) throws -> Double {
    var (least, most) = (-Double.infinity, Double.infinity)
    for _ in 0..<rounds {
      let before = try gather(clock())
      let after = clock()
      most = min(most, after - before[0])
      least = max(least, before[rank] - (try gather(after))[0])
    }
    return (least + most) / 2
  }
}
