import Diagnostics
import Foundation

/// The `mpirun` of the MPI that the program was built with, and its options, which depend on the MPI.
package struct Mpirun: Equatable, Sendable {
  /// The launcher behind an `mpirun`.
  package enum Kind: Equatable, Sendable {
    /// Open MPI 4 and older, whose own daemons start the ranks.
    case openMPI4
    /// Open MPI 5 and newer, which leaves that to PRRTE.
    case openMPI5
    /// Hydra: MPICH, MVAPICH and Intel MPI.
    case hydra
  }

  /// The program's path.
  package let path: String
  /// The launcher behind it.
  package let kind: Kind

  /// The program at a path, by its answer to `--version`; nil if that names no known launcher.
  package init?(path: String, version: String) {
    let first = version.prefix { !$0.isNewline }
    if first.contains("Open MPI") || first.contains("OpenRTE") || first.contains("PRRTE") {
      let number = first.split { !$0.isNumber && $0 != "." }.compactMap { Int($0.prefix { $0.isNumber }) }.first
      kind = first.contains("PRRTE") || (number ?? 4) >= 5 ? .openMPI5 : .openMPI4
    } else if version.contains("HYDRA") || version.contains("Intel(R) MPI") {
      kind = .hydra
    } else {
      return nil
    }
    self.path = path
  }

  /// Whether it starts ranks of this MPI, as `Launch.mpiVersion` names it.
  package func starts(_ mpi: String) -> Bool { (kind != .hydra) == mpi.hasPrefix("Open MPI") }

  /// The `mpirun` on the `PATH` that fits the program's MPI.
  ///
  /// If several MPIs are installed, `mpirun` may belong to another; Debian also installs each as `mpirun.NAME`.
  /// - Throws: `Failure` (unavailable) if there is none, or the program was built without MPI.
  package static func find(
    for mpi: String? = Launch.mpiVersion, path: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
  ) throws -> Mpirun {
    guard let mpi else {
      throw Failure(.unavailable, "several ranks need MPI, and the program was \(Launch.withoutMPI)")
    }
    var others: [String] = []
    let names = ["mpirun", mpi.hasPrefix("Open MPI") ? "mpirun.openmpi" : "mpirun.mpich", "mpiexec.hydra", "mpiexec"]
    for name in names {
      for folder in path.split(separator: ":") {
        let file = "\(folder)/\(name)"
        guard FileManager.default.isExecutableFile(atPath: file) else { continue }
        let version = Self.version(of: file)
        guard let found = Mpirun(path: file, version: version), found.starts(mpi) else {
          others.append("\(file) is \(version.isEmpty ? "of no MPI" : String(version.prefix { !$0.isNewline }))")
          continue
        }
        return found
      }
    }
    throw Failure(
      .unavailable,
      "there is no mpirun of \(mpi) on the PATH" + (others.isEmpty ? "" : ": \(others.joined(separator: ", "))"),
      advice: "install it (openmpi-bin or mpich) or load its module, or start the ranks by another launcher")
  }

  /// A program's answer to `--version`.
  private static func version(of path: String) -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = ["--version"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "" }
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }

  /// The command that starts ranks on this machine, which may use `cores` processors; append the program and its arguments.
  /// The ranks inherit the environment.
  package func command(ranks: Int, cores: Int, isRoot: Bool = geteuid() == 0) -> [String] {
    let yields = kind != .hydra && ranks > cores ? ["--mca", "mpi_yield_when_idle", "1"] : []
    return [path] + options(isRoot: isRoot) + yields + count(ranks)
  }

  /// The command that starts ranks on several machines, in the current folder of each.
  package func command(hosts: [(name: String, ranks: Int)], isRoot: Bool = geteuid() == 0) -> [String] {
    let list = hosts.map { "\($0.name):\($0.ranks)" }.joined(separator: ",")
    let ranks = hosts.reduce(0) { $0 + $1.ranks }
    let folder = FileManager.default.currentDirectoryPath
    let options =
      kind == .hydra
      ? ["-hosts", list, "-bind-to", "none", "-wdir", folder]
      : ["--host", list, "--bind-to", "none", "--wdir", folder] + (isRoot ? ["--allow-run-as-root"] : []) + keepalive
    return [path] + options + count(ranks)
  }

  /// The options for ranks on this machine only, even with few processors. Ranks talk by shared memory, which starts sooner
  /// than a search for networks. None is bound to a processor, since the program chooses processors itself.
  package func options(isRoot: Bool = geteuid() == 0) -> [String] {
    // Open MPI refuses to run as root without this option.
    let permission = isRoot ? ["--allow-run-as-root"] : []
    return switch kind {
    case .openMPI4:
      // Quiet: the training reports failures itself.
      ["-q", "--oversubscribe", "--bind-to", "none", "--mca", "pml", "ob1", "--mca", "btl", "vader,self"] + permission
    case .openMPI5:
      ["--map-by", ":OVERSUBSCRIBE", "--bind-to", "none", "--mca", "pml", "ob1", "--mca", "btl", "sm,self"] + permission
    case .hydra: ["-bind-to", "none"]
    }
  }

  /// The option for a number of ranks.
  package func count(_ ranks: Int) -> [String] { [kind == .hydra ? "-n" : "-np", "\(ranks)"] }

  /// With these keepalive times, mpirun notices within 20 seconds that a machine is gone and ends the others, well before
  /// the ranks give up themselves. If a machine does not acknowledge data, such as the order to end, mpirun still resends it
  /// for a quarter of an hour.
  private var keepalive: [String] {
    let option = kind == .openMPI5 ? "--prtemca" : "--mca"
    return [("time", "10"), ("intvl", "2"), ("probes", "5")].flatMap { [option, "oob_tcp_keepalive_\($0)", $1] }
  }

  /// The command by which it runs others on machines, from the variables that set it; ssh if none does. Of several, as in
  /// "ssh : rsh", it is the first.
  package func remoteAgent(environment: [String: String] = ProcessInfo.processInfo.environment) -> [String] {
    let names =
      switch kind {
      case .openMPI4: ["OMPI_MCA_plm_rsh_agent"]
      case .openMPI5: ["PRTE_MCA_plm_ssh_agent", "OMPI_MCA_plm_rsh_agent"]
      case .hydra: ["HYDRA_LAUNCHER_EXEC", "I_MPI_HYDRA_BOOTSTRAP_EXEC"]
      }
    let words = names.compactMap { environment[$0] }.first?.split(separator: " ").prefix { $0 != ":" } ?? []
    return words.isEmpty ? ["ssh"] : words.map(String.init)
  }

  /// Whether an environment variable describes a rank's job: a process that starts another job must clear it.
  package static func isOfAJob(_ variable: String) -> Bool {
    ["OMPI_", "PMIX_", "PMI_", "PRTE_", "HYDI_", "MPI_LOCAL", "MPIR_CVAR_CH3_INTERFACE", "SLURM_"].contains {
      variable.hasPrefix($0)
    }
  }
}

/// The way in which Slurm's `srun` starts ranks.
package enum SlurmMPI {
  /// The value of `srun --mpi` for an MPI, as `Launch.mpiVersion` names it. Open MPI needs PMIx; MPICH and its derivatives
  /// need PMI 2, as they are built by default.
  package static func plugin(of mpi: String) -> String { mpi.hasPrefix("Open MPI") ? "pmix" : "pmi2" }
}
