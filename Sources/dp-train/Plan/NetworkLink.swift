import DPTrain
import Planning

/// The network between machines, and how its numbers were found.
struct NetworkLink {
  let network: Interconnect
  /// In a few words, for people.
  let origin: String

  private static let (usualLatency, usualBandwidth) = (30e-6, 10e9 / 8)
  /// Bytes that are exchanged, to tell the bandwidth from the latency.
  private static let (short, long) = (64, 4 << 20)

  /// What is given (microseconds, Gbit/s), else what is measured where ranks run on several machines, else what is usual.
  /// Every rank calls it.
  /// - Throws: `Failure` where ranks do not find one another.
  static func find(latency: Double?, bandwidth: Double?) throws -> NetworkLink {
    let given = (latency: latency.map { $0 * 1e-6 }, bandwidth: bandwidth.map { $0 * 1e9 / 8 })
    if let latency = given.latency, let bandwidth = given.bandwidth {
      return NetworkLink(network: Interconnect(latency: latency, bandwidth: bandwidth), origin: "given")
    }
    let measured = try measured()
    let network = Interconnect(
      latency: given.latency ?? measured?.latency ?? usualLatency,
      bandwidth: given.bandwidth ?? measured?.bandwidth ?? usualBandwidth)
    let known = given.latency == nil && given.bandwidth == nil ? "" : "partly given, "
    return NetworkLink(
      network: network,
      origin: known
        + (measured.map { "measured between \($0.machines) machines" }
          ?? "assumed; give --latency and --bandwidth, or start one rank on each of two machines by mpirun"))
  }

  /// Seconds and bytes a second between this job's machines, or nil where it has only one.
  private static func measured() throws -> (latency: Double, bandwidth: Double, machines: Int)? {
    guard Launch().expectsSeveralRanks else { return nil }
    let communicator = try Launch.openCommunicator()
    do {
      let hosts = try (0..<communicator.size).map { try communicator.text(communicator.hostName, from: $0) }
      let machines = Set(hosts).count
      var result: (latency: Double, bandwidth: Double, machines: Int)?
      if machines > 1 {
        // The first rank of each machine.
        let members = hosts.indices.filter { hosts.firstIndex(of: hosts[$0]) == $0 }
        let latency = try exchange(short, communicator, members)
        let seconds = try exchange(long, communicator, members)
        let traffic = Double(long * (members.count - 1))
        result = (latency, traffic / max(seconds - latency, 1e-9), machines)
      }
      try communicator.close()
      return result
    } catch let failure as Failure {
      communicator.abort(failure)
    }
  }

  /// Seconds in which each of `members` sends all others so many bytes and gets theirs: the median of some rounds.
  private static func exchange(_ bytes: Int, _ communicator: any Communicator, _ members: [Int]) throws -> Double {
    let takesPart = members.contains(communicator.rank)
    let counts = (0..<communicator.size).map {
      takesPart && members.contains($0) && $0 != communicator.rank ? bytes : 0
    }
    let offsets = (0..<communicator.size).map { $0 * bytes }
    let sent = [UInt8](repeating: 1, count: bytes * communicator.size)
    var received = sent
    let rounds = bytes > 1 << 16 ? 7 : 101
    var seconds: [Double] = []
    for _ in 0...rounds {
      try communicator.barrier()
      let start = monotonicSeconds()
      try sent.withUnsafeBytes { sent in
        try received.withUnsafeMutableBytes { received in
          try communicator.alltoall(
            sent, sendCounts: counts, sendOffsets: offsets, into: received, receiveCounts: counts,
            receiveOffsets: offsets)
        }
      }
      seconds.append(monotonicSeconds() - start)
    }
    // The first opens connections.
    return seconds.dropFirst().sorted()[rounds / 2]
  }
}
