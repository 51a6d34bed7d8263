import CMPIShim
import Diagnostics
import Foundation

/// The ranks that an MPI launcher started. One object per process; all calls come from the thread that made it, except
/// those on messages.
public final class MPICommunicator: Communicator {
  /// This process's rank in the job.
  public let rank: Int
  /// The number of processes in the job.
  public let size: Int
  /// The name of this machine.
  public let hostName = ownHostName()
  /// The ranks of each machine: those that can share memory according to MPI, in groups of `ranksPerMachineKey` if set.
  public let machines: [[Int]]
  /// Whether some ranks of this rank's machine have to share a processor.
  public let isOversubscribed: Bool
  /// The number of processors that the ranks of this rank's machine leave idle, for each rank.
  public let idleProcessors: Int
  /// The number of processes that the launcher started; more than `size` if some wait.
  public let startedRanks: Int
  /// The ranks that wait, as the launcher numbers them.
  private let waiting: [Int32]
  /// Whether these are the ranks of one group of a divided job.
  private let isGroup: Bool
  /// What each rank told the others at the start.
  let facts: [StartedRanks.Facts]
  /// How often memory was shared.
  var sharings = 0
  /// How many message tags are taken.
  var tags = 0
  /// Completed by `close`.
  public let pending: PendingExchanges? = PendingExchanges()

  /// The environment variable that groups the ranks of a machine as if they ran on several, for tests of what happens
  /// between machines. All ranks compute then.
  public static let ranksPerMachineKey = "DPTRAIN_RANKS_PER_MACHINE"
  /// The environment variable that, set to 1 on any rank, lets all ranks compute, even if they have to take turns.
  public static let oversubscribeKey = "DPTRAIN_OVERSUBSCRIBE"

  /// Starts MPI, and makes standard output flush at every line, since under a launcher it is a pipe.
  ///
  /// If a machine has fewer processors for the job than ranks, only as many ranks compute as can have one of their own. They
  /// are numbered anew, from 0; rank 0 is the launcher's. The others sleep: **for them this does not return**. Their
  /// processes end when those that compute close the communicator.
  ///
  /// Without a launcher use `SoloCommunicator`: it needs no MPI and starts sooner.
  /// - Throws: `Failure` with MPI's own message if MPI does not start.
  /// - Parameter oversubscribes: whether all ranks shall compute; true on one rank is enough.
  public init(oversubscribes: Bool = false) throws {
    let code = dpt_mpi_init()
    guard code == 0 else {
      throw Failure(
        .unavailable, "MPI does not start: \(Self.text(of: code))",
        advice: "The program was built with \(Launch.mpiVersion ?? "no MPI"); start it with that MPI's mpirun.")
    }
    dpt_mpi_line_buffer_stdout()
    JobEnd.end { dpt_mpi_abort($0.rawValue) }
    let environment = ProcessInfo.processInfo.environment
    let ranksPerMachine = environment[Self.ranksPerMachineKey].flatMap { Int($0) }
    let wantsAll = oversubscribes || environment[Self.oversubscribeKey] == "1" || ranksPerMachine != nil
    let started = try StartedRanks.meet(wantsAll: wantsAll)
    let computing = started.computing
    let waiting = started.facts.indices.filter { !computing.contains($0) }
    if !waiting.isEmpty {
      try Self.check(dpt_mpi_select(computing.contains(started.rank)), "selection of ranks")
      if waiting.contains(started.rank) {
        WaitingRank(computing: started.visibleProcesses(of: computing)).wait()
      }
    }
    (rank, size) = (Int(dpt_mpi_rank()), Int(dpt_mpi_size()))
    isGroup = false
    startedRanks = started.facts.count
    self.waiting = waiting.map { Int32($0) }
    facts = computing.map { started.facts[$0] }
    isOversubscribed = started.areCrowded(computing, around: started.rank)
    idleProcessors = started.idleProcessors(computing, around: started.rank)
    let real = started.machines.map { ranks in ranks.compactMap(computing.firstIndex) }
    let together = max(1, ranksPerMachine ?? computing.count)
    machines = real.flatMap { $0.divided(into: together) }.sorted { $0[0] < $1[0] }
  }

  /// The communicator of some of a job's ranks, which have entered their group.
  init(_ ranks: [Int], of whole: MPICommunicator) {
    (rank, size) = (Int(dpt_mpi_rank()), Int(dpt_mpi_size()))
    startedRanks = ranks.count
    waiting = []
    facts = ranks.map { whole.facts[$0] }
    isOversubscribed = whole.isOversubscribed
    idleProcessors = whole.idleProcessors
    machines = whole.machines.map { $0.compactMap(ranks.firstIndex) }.filter { !$0.isEmpty }
    sharings = whole.sharings
    isGroup = true
  }

  /// Ends every rank by MPI_Abort.
  public func end(_ exitCode: ExitCode) -> Never { dpt_mpi_abort(exitCode.rawValue) }

  /// Ends MPI. Every rank must call it; a rank alone would wait for ever.
  public func close() throws { try close(status: 0) }

  /// Ends MPI, also for the ranks that wait, which exit with the status.
  public func close(status: Int32) throws {
    try pending?.complete()
    // The job's own communicator ends MPI.
    guard !isGroup else { return }
    if isRoot { try Self.check(dpt_mpi_release(waiting, Int32(waiting.count), status), "release of waiting ranks") }
    JobEnd.endAlone()
    try Self.check(dpt_mpi_finalize(), "finalize")
  }

  /// Throws MPI's own message if a call failed.
  static func check(_ code: Int32, _ operation: String) throws {
    guard code != 0 else { return }
    throw Failure(.system, "MPI \(operation) failed: \(Self.text(of: code))")
  }

  private static func text(of code: Int32) -> String {
    var bytes = [CChar](repeating: 0, count: 1024)
    dpt_mpi_error_string(code, &bytes, bytes.count)
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
