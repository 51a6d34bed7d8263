import DPTrain

/// A script that starts a training or a sweep on a cluster.
struct BatchScript {
  /// What starts the job.
  enum Scheduler: String, CaseIterable {
    /// Slurm's sbatch.
    case slurm
    /// OpenPBS's or PBS Pro's qsub.
    case pbs
    /// Torque's qsub.
    case torque
    /// No scheduler: mpirun reaches the machines of a list by ssh.
    case hosts
    /// Kubernetes with the MPI operator.
    case kubernetes
  }

  /// Settings that sites require. Those that are nil become comments in the script, to be filled in.
  struct Site {
    /// The account that pays for the job.
    var account: String?
    /// The partition or queue.
    var partition: String?
    /// The quality of service.
    var qos: String?
    /// Memory of each machine in the scheduler's notation, such as 16G.
    var memory: String?
    /// Arguments of `module load`.
    var modules: [String] = []
    /// The network interface that ranks talk through.
    var interface: String?
    /// Slurm's plugin that starts ranks: pmix, pmi2, cray_shasta.
    var plugin = "pmix"
  }

  /// The recipe's name, also used for the job and the run folder.
  var name = "temporal-order"
  /// The arguments of `dp-train train`.
  var arguments = ["temporal-order"]
  /// The number of machines.
  var nodes = 1
  /// The number of ranks on each machine.
  var ranksPerNode = 2
  /// The job's time limit, in minutes.
  var minutes = 60
  /// The path of dp-train.
  var program = ".build/release/dp-train"
  /// The site's settings.
  var site = Site()
  /// The numbers of an array of jobs, such as 1-10; each job trains with its own seed, or they share a sweep's variants. Nil for
  /// one job.
  var array: String?
  /// The folder and the options of `dp-train sweep`; nil to train the recipe.
  var sweep: (folder: String, options: [String])?

  /// What the program does.
  var subcommand: String { sweep == nil ? "train" : "sweep" }
  /// The program's options besides `--out` and the time limits.
  var options: [String] { sweep?.options ?? ["--resume"] }
  /// The same for a shell.
  var quotedOptions: String { options.map { $0.shellQuoted + " " }.joined() }
  /// The folder that is written.
  var out: String { sweep?.folder ?? "runs/\(name)" }

  /// The number of ranks on all machines.
  var ranks: Int { nodes * ranksPerNode }

  /// The arguments, quoted for a shell.
  var recipe: String { arguments.map(\.shellQuoted).joined(separator: " ") }

  /// The job's time limit as schedulers write it, H:MM:SS.
  var time: String {
    let (hours, rest) = (minutes / 60, minutes % 60)
    return "\(hours):\(rest < 10 ? "0" : "")\(rest):00"
  }

  /// The script for a scheduler.
  func text(for scheduler: Scheduler) -> String {
    switch scheduler {
    case .slurm: slurm
    case .pbs: pbs(PBSDialect.pro)
    case .torque: pbs(PBSDialect.torque)
    case .hosts: hosts
    case .kubernetes: kubernetes
    }
  }

  /// A directive; a comment with an example if `value` is nil.
  static func directive(_ mark: String, _ option: String, _ value: String?, example: String) -> String {
    if let value { return "#\(mark) \(option)\(value)" }
    return "##\(mark) \(option)\(example)"
  }

  /// The lines that name the program, load modules and choose the network interface.
  var surroundings: String {
    let modules =
      site.modules.isEmpty
      ? "# module load openmpi" : "module load \(site.modules.map(\.shellQuoted).joined(separator: " "))"
    let interface = site.interface?.shellQuoted
    return """
      # Load the modules that the program was built with. After launch/install PREFIX, PREFIX/bin/dp-train needs no Swift.
      program=${DPTRAIN:-\(program.shellQuoted)}
      \(modules)
      \(interface == nil ? "# " : "")interface=\(interface ?? "eth0")
      # The network interface, for Open MPI 4 and 5, MPICH and Intel MPI.
      if [ -n "${interface:-}" ]; then
        export OMPI_MCA_btl_tcp_if_include=$interface OMPI_MCA_oob_tcp_if_include=$interface
        export PRTE_MCA_prte_if_include=$interface PRTE_MCA_oob_tcp_if_include=$interface
        export HYDRA_IFACE=$interface MPICH_NETWORK_IFACE=$interface FI_TCP_IFACE=$interface I_MPI_HYDRA_IFACE=$interface
      fi
      """
  }

  /// The lines that define `keep_training`, which starts ranks, and again if they fail.
  var loop: String {
    """
    # How many restarts in a row may bring no newer checkpoint; 0 for no restart.
    restarts=${DPTRAIN_RESTARTS:-3}
    # Functions that start the ranks, and again if they fail.
    loop=$("$program" launcher --loop) || exit $?
    eval "$loop"
    """
  }

  /// The lines that name recipe and run folder. The shell variable `number` holds a job's number in an array.
  func folder(number: String) -> String {
    if let sweep {
      return """
        recipe=(\(recipe))
        # All jobs of an array share the variants; the one that ends last makes the page.
        run=${DPTRAIN_RUN:-\(sweep.folder.shellQuoted)}
        """
    }
    return """
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
