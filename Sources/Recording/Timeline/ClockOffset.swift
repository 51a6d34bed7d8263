import Collectives
import Training

extension Communicator {
  /// By how many seconds this rank's clock is ahead of rank 0's; every rank calls it. 0 on rank 0's machine, where all
  /// have one clock.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  func clockOffset() throws -> Double {
    let hosts = try allgather(Array(hostName.utf8))
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
      let before = try allgather(clock())
      let after = clock()
      most = min(most, after - before[0])
      least = max(least, before[rank] - (try allgather(after))[0])
    }
    return (least + most) / 2
  }

  /// Every rank's number, on every rank.
  private func allgather(_ own: Double) throws -> [Double] {
    try allgather(withUnsafeBytes(of: own, Array.init)).map { $0.withUnsafeBytes { $0.loadUnaligned(as: Double.self) } }
  }

  /// Every rank's bytes, as many as it has, on every rank.
  func allgather(_ own: [UInt8]) throws -> [[UInt8]] {
    var lengths = [Int](repeating: 0, count: size)
    let width = MemoryLayout<Int>.stride
    try withUnsafeBytes(of: own.count) { count in
      try lengths.withUnsafeMutableBytes { all in
        try allgather(
          count, into: all, counts: [Int](repeating: width, count: size), offsets: (0..<size).map { $0 * width })
      }
    }
    let offsets = lengths.indices.map { lengths[..<$0].reduce(0, +) }
    var bytes = [UInt8](repeating: 0, count: lengths.reduce(0, +))
    try own.withUnsafeBytes { send in
      try bytes.withUnsafeMutableBytes { try allgather(send, into: $0, counts: lengths, offsets: offsets) }
    }
    return zip(offsets, lengths).map { Array(bytes[$0..<$0 + $1]) }
  }
}
