import DPTrain
import Planning

/// The link between machines, and where its numbers come from.
struct FoundLink {
  let model: LinkModel
  /// Where the numbers come from, in a few words.
  let origin: String

  private static let (usualLatency, usualBandwidth) = (30e-6, 10e9 / 8)

  /// Finds the link's numbers: given ones (microseconds, Gbit/s, nanoseconds a byte), else measured ones if ranks run on
  /// several machines, else usual ones. Every rank calls it.
  /// - Throws: `Failure` if ranks cannot connect.
  static func find(
    latency: Double?, bandwidth: Double?, pieceBandwidth: Double?, coreCost: Double?
  ) throws -> FoundLink {
    let given = (latency: latency.map { $0 * 1e-6 }, bandwidth: bandwidth.map { $0 * 1e9 / 8 })
    let pieces = pieceBandwidth.map { $0 * 1e9 / 8 } ?? given.bandwidth
    let core = coreCost.map { $0 * 1e-9 }
    if let latency = given.latency, let bandwidth = given.bandwidth {
      let model = LinkModel(
        latency: latency, bandwidth: bandwidth, pieceBandwidth: pieces,
        coreSecondsPerByte: core ?? LinkModel.usualCoreSecondsPerByte)
      return FoundLink(model: model, origin: "given")
    }
    let measured = try measured()
    let model = LinkModel(
      latency: given.latency ?? measured?.speed.latency ?? usualLatency,
      bandwidth: given.bandwidth ?? measured?.speed.bytesPerSecond ?? usualBandwidth,
      pieceBandwidth: pieces ?? measured?.speed.pieceBytesPerSecond,
      coreSecondsPerByte: core ?? measured?.speed.coreSecondsPerByte ?? LinkModel.usualCoreSecondsPerByte)
    let known = given.latency == nil && given.bandwidth == nil ? "" : "partly given, "
    return FoundLink(
      model: model,
      origin: known
        + (measured.map { "measured between \($0.machines) machines" }
          ?? "assumed; give --latency and --bandwidth, or start one rank on each of two machines by mpirun"))
  }

  /// Measures the link between this job's machines; nil if there is only one machine.
  private static func measured() throws -> (speed: LinkSpeed, machines: Int)? {
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
