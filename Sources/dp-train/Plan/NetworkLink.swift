import DPTrain
import Planning

/// The network between machines, and how its numbers were found.
struct NetworkLink {
  let network: Interconnect
  /// In a few words, for people.
  let origin: String

  private static let (usualLatency, usualBandwidth) = (30e-6, 10e9 / 8)

  /// What is given (microseconds, Gbit/s, nanoseconds a byte), else what is measured where ranks run on several machines,
  /// else what is usual. Every rank calls it.
  /// - Throws: `Failure` where ranks do not find one another.
  static func find(
    latency: Double?, bandwidth: Double?, pieceBandwidth: Double?, coreCost: Double?
  ) throws -> NetworkLink {
    let given = (latency: latency.map { $0 * 1e-6 }, bandwidth: bandwidth.map { $0 * 1e9 / 8 })
    let pieces = pieceBandwidth.map { $0 * 1e9 / 8 } ?? given.bandwidth
    let core = coreCost.map { $0 * 1e-9 }
    if let latency = given.latency, let bandwidth = given.bandwidth {
      let network = Interconnect(
        latency: latency, bandwidth: bandwidth, pieceBandwidth: pieces,
        coreSecondsPerByte: core ?? Interconnect.usualCoreSecondsPerByte)
      return NetworkLink(network: network, origin: "given")
    }
    let measured = try measured()
    let network = Interconnect(
      latency: given.latency ?? measured?.network.latency ?? usualLatency,
      bandwidth: given.bandwidth ?? measured?.network.bytesPerSecond ?? usualBandwidth,
      pieceBandwidth: pieces ?? measured?.network.pieceBytesPerSecond,
      coreSecondsPerByte: core ?? measured?.network.coreSecondsPerByte ?? Interconnect.usualCoreSecondsPerByte)
    let known = given.latency == nil && given.bandwidth == nil ? "" : "partly given, "
    return NetworkLink(
      network: network,
      origin: known
        + (measured.map { "measured between \($0.machines) machines" }
          ?? "assumed; give --latency and --bandwidth, or start one rank on each of two machines by mpirun"))
  }

  /// What the network between this job's machines does, and their number, or nil where there is one only.
  private static func measured() throws -> (network: LinkSpeed, machines: Int)? {
    guard Launch().expectsSeveralRanks else { return nil }
    let communicator = try Launch.openCommunicator()
    do {
      let found = try LinkSpeed.measure(communicator, includingCores: true)
      let machines = communicator.machines.count
      try communicator.close()
      return found.map { ($0, machines) }
    } catch let failure as Failure {
      communicator.abort(failure)
    }
  }
}
