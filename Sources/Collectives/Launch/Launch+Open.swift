import CMPIShim
import Diagnostics
import Foundation

extension Launch {
  /// The MPI the program was built with, such as "Open MPI v4.1.4"; nil if it was built without.
  public static var mpiVersion: String? {
    guard dpt_mpi_available() else { return nil }
    return shortVersion(of: String(cString: dpt_mpi_library_version()))
  }

  /// An MPI's name and version from its own description, such as "Open MPI v4.1.4, package: ...", "MPICH Version:      4.0.2"
  /// (and further lines), "MPI VERSION    : CRAY MPICH version 8.1.26 (ANL base 3.4a2)" or "Intel(R) MPI Library 2021.9 for
  /// Linux* OS".
  static func shortVersion(of text: String) -> String {
    let first = text.prefix { !",(\n".contains($0) || $0 == "(" && text.hasPrefix("Intel(R)") }
    var words = first.split { $0.isWhitespace || $0 == ":" }
    if words.count > 2, words[0] == "MPI", words[1].lowercased() == "version" { words.removeFirst(2) }
    words.removeAll { $0.lowercased() == "version" }
    if let end = words.firstIndex(of: "for") { words.removeSubrange(end...) }
    return words.isEmpty ? "an MPI of unknown version" : words.joined(separator: " ")
  }

  /// One line on the MPI the program was built with.
  public static var describe: String {
    mpiVersion ?? withoutMPI
  }

  static let withoutMPI = "built without MPI: one rank only; install libopenmpi-dev or libmpich-dev and build again"

  /// Opens the communicator of this job: MPI's if a launcher started the process, otherwise that of a single rank.
  ///
  /// Without a launcher, MPI is not started. On surplus ranks, without a processor, it does not return: they sleep until the
  /// others close the communicator, then exit; see `MPICommunicator`.
  /// - Parameters:
  ///   - oversubscribes: whether all ranks compute, even if there are fewer processors.
  ///   - environment: the environment variables; by default those of the process.
  /// - Throws: `Failure` (unavailable) if the launcher started several ranks that cannot connect, so that each would
  ///   silently train alone.
  public static func openCommunicator(
    oversubscribes: Bool = false, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> any Communicator {
    let launch = Launch(environment: environment)
    guard launch.launcher != nil else { return SoloCommunicator() }
    try launch.checkBeforeStart(mpiVersion: mpiVersion)
    guard mpiVersion != nil else { return SoloCommunicator() }
    if launch.shouldYield(environment: environment) {
      setenv(yieldKey, "1", 0)
    }
    let communicator = try MPICommunicator(oversubscribes: oversubscribes)
    try launch.checkAfterStart(size: communicator.startedRanks, mpiVersion: mpiVersion)
    return communicator
  }

  /// Throws if several ranks were started but certainly cannot connect.
  package func checkBeforeStart(mpiVersion: String?) throws {
    if server?.isGone == true {
      throw Failure(
        .unavailable,
        "this process is a rank of \(launcher?.rawValue ?? "a launcher"), its environment says, but that has ended",
        advice: "its variables (OMPI_…, PMIX_…) are left over in this shell: unset them, or take another shell")
    }
    guard expectsSeveralRanks else { return }
    if mpiVersion == nil || launcher == .srunNone { throw mismatch(mpiVersion: mpiVersion) }
  }

  /// Throws if the launcher started several ranks and MPI has only one.
  package func checkAfterStart(size: Int, mpiVersion: String?) throws {
    if size == 1 && expectsSeveralRanks { throw mismatch(mpiVersion: mpiVersion) }
  }

  private func mismatch(mpiVersion: String?) -> Failure {
    let started = expectedSize.map { counted($0, "rank") } ?? "several ranks"
    let by = launcher?.rawValue ?? "no launcher"
    guard let mpiVersion else {
      return Failure(
        .unavailable, "\(by) started \(started), but the program was built without MPI: each would train alone",
        advice:
          "Install that MPI's headers (libopenmpi-dev, libmpich-dev) and build again, or start one process without \(by)."
      )
    }
    let advice =
      switch launcher {
      case .srunNone, .srunPMI2:
        "Start it by srun --mpi=\(SlurmMPI.plugin(of: mpiVersion)), or by mpirun inside the batch script."
      case .srunPMIx, .srun, .mpirun, .pmix, .pmi, nil:
        "Start it with the mpirun of \(mpiVersion), or build it again with the launcher's own (DPTRAIN_MPI_PC names it)."
      }
    return Failure(
      .unavailable,
      "\(by) started \(started), but the program's MPI (\(mpiVersion)) does not find them: each would train alone",
      advice: advice)
  }

  /// Whether waiting ranks must yield their core because there are fewer cores than ranks on this machine.
  ///
  /// Only Open MPI's mpirun makes them yield by itself. `cores` counts unless Slurm names the cores of the job.
  package func shouldYield(
    environment: [String: String], cores: Int = ProcessInfo.processInfo.activeProcessorCount
  ) -> Bool {
    guard launcher != .mpirun, let localSize, environment[Self.yieldKey] == nil else { return false }
    return localSize > environment["SLURM_CPUS_ON_NODE"].flatMap { Int($0) } ?? cores
  }

  private static let yieldKey = "OMPI_MCA_mpi_yield_when_idle"
}
