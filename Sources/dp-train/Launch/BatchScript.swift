import DPTrain

/// A script that starts a training on a cluster, filled in.
struct BatchScript {
  /// Who starts it.
  enum Scheduler: String, CaseIterable {
    /// Slurm's sbatch.
    case slurm
    /// OpenPBS's or PBS Pro's qsub.
    case pbs
    /// Torque's qsub.
    case torque
    /// Nobody: mpirun reaches the machines of a list by ssh.
    case hosts
    /// Kubernetes with the MPI operator.
    case kubernetes
  }

  /// What the site asks of a job; what is nil stands in the script as a comment, to be filled in.
  struct Site {
    /// Who pays.
    var account: String?
    /// The partition or queue.
    var partition: String?
    /// The quality of service.
    var qos: String?
    /// Memory of a machine, as the scheduler writes it.
    var memory: String?
    /// What `module load` loads.
    var modules: [String] = []
    /// The network interface that ranks talk through.
    var interface: String?
    /// Slurm's plugin that starts ranks: pmix, pmi2, cray_shasta.
    var plugin = "pmix"
  }

  /// The recipe's name, which the job and the run folder have.
  var name = "temporal-order"
  /// The arguments of `dp-train train`.
  var arguments = ["temporal-order"]
  /// Machines.
  var nodes = 1
  /// Ranks on each machine.
  var ranksPerNode = 2
  /// The job's limit.
  var minutes = 60
  /// The program.
  var program = ".build/release/dp-train"
  /// What the site asks for.
  var site = Site()
  /// The numbers of an array of jobs, such as 1-10, each of which trains with its own seed; nil for one job.
  var array: String?

  /// All ranks.
  var ranks: Int { nodes * ranksPerNode }

  /// The recipe's arguments as a shell reads them.
  var recipe: String { arguments.map(\.shellQuoted).joined(separator: " ") }

  /// The job's limit as schedulers write it.
  var time: String {
    let (hours, rest) = (minutes / 60, minutes % 60)
    return "\(hours):\(rest < 10 ? "0" : "")\(rest):00"
  }

  /// The text for a scheduler.
  func text(for scheduler: Scheduler) -> String {
    switch scheduler {
    case .slurm: slurm
    case .pbs: pbs(PBSDialect.pro)
    case .torque: pbs(PBSDialect.torque)
    case .hosts: hosts
    case .kubernetes: kubernetes
    }
  }

  /// A directive: as a comment where the site did not say.
  static func directive(_ mark: String, _ option: String, _ value: String?, example: String) -> String {
    if let value { return "#\(mark) \(option)\(value)" }
    return "##\(mark) \(option)\(example)"
  }

  /// The lines that load modules and choose the network.
  var surroundings: String {
    let modules =
      site.modules.isEmpty
      ? "# module load openmpi" : "module load \(site.modules.map(\.shellQuoted).joined(separator: " "))"
    let interface = site.interface?.shellQuoted
    return """
      # What the program was built with; a PREFIX made by launch/install needs no Swift on the machines: PREFIX/bin/dp-train
      program=${DPTRAIN:-\(program.shellQuoted)}
      \(modules)
      \(interface == nil ? "# " : "")interface=\(interface ?? "eth0")
      # The network interface in the words of Open MPI 4 and 5, MPICH and Intel MPI.
      if [ -n "${interface:-}" ]; then
        export OMPI_MCA_btl_tcp_if_include=$interface OMPI_MCA_oob_tcp_if_include=$interface
        export PRTE_MCA_prte_if_include=$interface PRTE_MCA_oob_tcp_if_include=$interface
        export HYDRA_IFACE=$interface MPICH_NETWORK_IFACE=$interface FI_TCP_IFACE=$interface I_MPI_HYDRA_IFACE=$interface
      fi
      """
  }

  /// The lines that name recipe and run folder; `number` is the variable that tells an array's jobs apart.
  func folder(number: String) -> String {
    """
    recipe=(\(recipe))
    name=\(name.shellQuoted)
    run=${DPTRAIN_RUN:-runs/$name}
    # Each job of an array has its own run folder and its own seed.
    if [ -n "${\(number):-}" ]; then
      run+=-$\(number)
      recipe+=("seed=$\(number)")
    fi
    """
  }
}
