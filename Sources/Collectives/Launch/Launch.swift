import CMPIShim
import Diagnostics
import Foundation

/// How this process was started according to its environment: alone, or as a rank of a job.
public struct Launch: Equatable, Sendable {
  /// A program that starts the ranks of a job.
  public enum Launcher: String, Sendable {
    /// Open MPI's `mpirun`.
    case mpirun
    /// Slurm's `srun --mpi=pmix`.
    case srunPMIx = "srun --mpi=pmix"
    /// Slurm's `srun --mpi=pmi2`.
    case srunPMI2 = "srun --mpi=pmi2"
    /// Slurm's `srun --mpi=none`: unconnected tasks.
    case srunNone = "srun --mpi=none"
    /// Slurm's `srun` with another plugin, such as Cray's.
    case srun
    /// Another launcher that speaks PMIx, such as `prun`.
    case pmix = "a PMIx launcher"
    /// Another launcher that speaks PMI, such as MPICH's `mpiexec`.
    case pmi = "a PMI launcher (mpiexec of MPICH or Intel MPI)"
  }

  /// The launcher; nil if the process was started on its own.
  public let launcher: Launcher?
  /// The number of ranks that the launcher started, if it says so.
  public let expectedSize: Int?
  /// This process's rank according to the launcher, before MPI is started; 0 if it does not say. Until then only rank 0
  /// prints.
  public let expectedRank: Int
  /// The number of ranks on this machine, if the launcher says so.
  public let localSize: Int?
  /// The launcher's server, to test whether it still runs: its variables stay in shells that it once started.
  let server: LaunchServer?

  /// Reads the variables that launchers set.
  ///
  /// In a Slurm batch script `SLURM_NTASKS` and `SLURM_PROCID` are set without a launcher, so they only count in a step of
  /// several tasks.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func number(_ key: String) -> Int? { environment[key].flatMap { Int($0) } }
    let stepSize = number("SLURM_STEP_NUM_TASKS")
    let slurmType = environment["SLURM_MPI_TYPE"] ?? ""
    if number("OMPI_COMM_WORLD_SIZE") != nil {
      launcher = .mpirun
    } else if number("PMIX_RANK") != nil {
      let bySlurm = slurmType.hasPrefix("pmix") || (environment["PMIX_NAMESPACE"] ?? "").hasPrefix("slurm.")
      launcher = bySlurm ? .srunPMIx : .pmix
    } else if number("PMI_RANK") != nil {
      launcher = slurmType == "pmi2" ? .srunPMI2 : .pmi
    } else if let stepSize, stepSize > 1 {
      launcher = slurmType.isEmpty || slurmType == "none" ? .srunNone : .srun
    } else {
      launcher = nil
    }
    if launcher == nil {
      expectedSize = nil
      expectedRank = 0
      localSize = nil
      server = nil
    } else {
      expectedSize = number("OMPI_COMM_WORLD_SIZE") ?? number("PMI_SIZE") ?? stepSize
      expectedRank =
        number("OMPI_COMM_WORLD_RANK") ?? number("PMIX_RANK") ?? number("PMI_RANK") ?? number("SLURM_PROCID") ?? 0
      localSize =
        number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? number("MPI_LOCALNRANKS") ?? Self.slurmLocalSize(environment)
      server = LaunchServer(environment)
    }
  }

  /// Whether this process prints for its job: rank 0, or any process whose launcher is gone.
  package var speaks: Bool { expectedRank == 0 || !isLive }

  /// Whether the launcher is running.
  package var isLive: Bool { server?.answers == true }

  /// Whether there is more than one rank according to the launcher.
  public var expectsSeveralRanks: Bool { (expectedSize ?? 1) > 1 || expectedRank > 0 }

  /// This machine's entry of `SLURM_STEP_TASKS_PER_NODE`, which looks like "2(x3),1".
  private static func slurmLocalSize(_ environment: [String: String]) -> Int? {
    guard let text = environment["SLURM_STEP_TASKS_PER_NODE"] else { return nil }
    var counts: [Int] = []
    for entry in text.split(separator: ",") {
      let parts = entry.split(whereSeparator: { "(x)".contains($0) })
      guard let tasks = parts.first.flatMap({ Int($0) }) else { return nil }
      counts += Array(repeating: tasks, count: parts.dropFirst().first.flatMap { Int($0) } ?? 1)
    }
    let node = environment["SLURM_NODEID"].flatMap { Int($0) } ?? 0
    return counts.indices.contains(node) ? counts[node] : counts.max()
  }
}
