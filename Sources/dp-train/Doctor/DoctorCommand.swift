import ArgumentParser
import DPTrain
import Foundation

/// `dp-train doctor`.
struct DoctorCommand: ParsableCommand, UsesRanks {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check MPI, processors, memory, network and disk, and advise on what is wrong.",
    discussion: """
      Start it as you will start the training; it takes a few seconds:
        dp-train doctor
        mpirun -np 8 dp-train doctor
      Exits with 69 if something is wrong.
      """)

  @OptionGroup var ranks: RankArguments

  @Option(help: "The folder that runs will be written to.", completion: .directory)
  var out = "runs"

  func run() throws {
    let communicator = try Launch.openCommunicator(oversubscribes: ranks.oversubscribe)
    do {
      let isWell = try examine(communicator)
      let status = isWell ? 0 : ExitCode.unavailable.rawValue
      try communicator.close(status: status)
      Foundation.exit(status)
    } catch let failure as Failure {
      communicator.abort(failure)
    }
  }

  /// Prints the findings on rank 0 and returns whether all is well.
  private func examine(_ communicator: any Communicator) throws -> Bool {
    try communicator.barrier()
    let own = MachineFacts(rank: communicator.rank, host: communicator.hostName, peak: PeakRate.measure())
    let decoder = JSONDecoder()
    let text = String(decoding: try JSONEncoder().encode(own), as: UTF8.self)
    let facts = try (0..<communicator.size).map { rank in
      try decoder.decode(MachineFacts.self, from: Data(communicator.text(text, from: rank).utf8))
    }
    let network = try Probes.network(communicator)
    guard communicator.isRoot else { return true }
    var findings = [Finding(subject: "program", state: "dp-train \(dpTrainVersion)")]
    findings +=
      Examination(
        facts: facts, startedRanks: communicator.startedRanks, environment: ProcessInfo.processInfo.environment
      ).findings
    if let network { findings.append(network) }
    findings.append(Probes.disk(out))
    Terminal.write(
      Format.table(findings.map { [$0.advice == nil ? "✔" : "✘", $0.subject, $0.state] }))
    let faults = findings.compactMap { finding in finding.advice.map { "\(finding.subject): \($0)" } }
    Terminal.write(faults.isEmpty ? "\nall is well\n" : "\n" + faults.map { $0 + "\n" }.joined())
    return faults.isEmpty
  }
}
