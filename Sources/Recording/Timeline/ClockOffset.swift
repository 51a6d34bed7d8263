import Collectives
import Training

extension Communicator {
  /// The seconds by which this rank's clock is ahead of rank 0's; every rank calls it. 0 on rank 0's machine, whose
  /// ranks share a clock.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func clockOffset() throws -> Double {
    let hosts = try gather(Array(hostName.utf8))
    let measured = try measuredClockOffset(clock: monotonicSeconds)
    return hosts[rank] == hosts[0] ? 0 : measured
  }

  /// Measures by how many seconds this rank's clock is ahead of rank 0's, by exchanging readings in rounds.
  ///
  /// Rank 0's reading before a round is older than this rank's reading after it, and vice versa. The offset lies
  /// between the closest of these bounds; their middle is returned. The error is at most half of a round's time.
  /// - Throws: `Failure` if the ranks cannot exchange data.
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
