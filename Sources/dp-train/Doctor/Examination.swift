import DPTrain
import Foundation

/// Judges the facts of all ranks.
struct Examination {
  /// The facts of each rank that computes.
  let facts: [MachineFacts]
  /// The number of started ranks, including those that only wait.
  let startedRanks: Int
  let environment: [String: String]

  private var hosts: [String: [MachineFacts]] { Dictionary(grouping: facts, by: \.host) }

  /// All findings except those that ranks must measure together (`Probes`).
  var findings: [Finding] {
    [mpi, ranks, binding, quota, scheduler, instructions, peak, memory, sharedMemory].compactMap(\.self)
  }

  private var mpi: Finding {
    let advice =
      Launch.mpiVersion == nil ? "install MPI's headers (libopenmpi-dev or libmpich-dev) and build again" : nil
    return Finding(subject: "MPI", state: Launch.describe, advice: advice)
  }

  private var ranks: Finding {
    let crowded = hosts.filter { $0.value.count > $0.value[0].coreCount }.keys.sorted()
    let waiting = startedRanks - facts.count
    return Finding(
      subject: "ranks",
      state: "\(startedRanks) on \(hosts.count) \(hosts.count == 1 ? "machine" : "machines")"
        + (waiting > 0 ? ": \(facts.count) compute, \(waiting) wait, more than there are processors" : ""),
      advice: crowded.isEmpty
        ? nil
        : "\(crowded.joined(separator: ", ")): more ranks than processors; they take turns, so start fewer")
  }

  private var binding: Finding {
    let bound = facts.filter { $0.processorCount < $0.coreCount }
    let shared = hosts.values.flatMap { ranks in
      Dictionary(grouping: ranks, by: \.processors).values.filter { $0.count > $0[0].processorCount }
    }
    let state =
      bound.isEmpty ? "ranks may run on every processor" : "\(counted(bound.count, "rank")) bound to some processors"
    guard let group = shared.first, group.count <= group[0].coreCount else {
      return Finding(subject: "binding", state: state)
    }
    let names = group.map { String($0.rank) }.joined(separator: ", ")
    return Finding(
      subject: "binding", state: state,
      advice: "ranks \(names) on \(group[0].host) share processor \(group[0].processors): start with --bind-to none")
  }

  /// The tightest CPU quota. Linux stops ranks that exceed it for the rest of each period, usually 0.1 s.
  private var quota: Finding? {
    let groups = hosts.flatMap { host, ranks in
      Dictionary(grouping: ranks.filter { $0.quota != nil }, by: \.quotaGroup).values.map { (host, $0) }
    }
    let shares = groups.map { host, ranks in (host: host, ranks: ranks.count, quota: ranks[0].quota ?? 0) }
    guard let tightest = shares.min(by: { $0.quota / Double($0.ranks) < $1.quota / Double($1.ranks) }) else {
      return nil
    }
    return Finding(
      subject: "CPU quota",
      state: "\(counted(tightest.ranks, "rank")) on \(tightest.host) may use the time of "
        + "\(String(format: "%.3g", tightest.quota)) processors",
      advice: tightest.quota >= Double(tightest.ranks)
        ? nil
        : "less than one processor a rank: raise the limit of the container or control group, or start fewer ranks")
  }

  private var scheduler: Finding? {
    if let job = environment["SLURM_JOB_ID"] {
      let tasks = environment["SLURM_NTASKS"].flatMap(Int.init)
      let differs = tasks.map { $0 != startedRanks } ?? false
      return Finding(
        subject: "scheduler", state: "Slurm job \(job), \(tasks.map { counted($0, "task") } ?? "? tasks")",
        advice: differs
          ? "the job has \(counted(tasks ?? 0, "task")), but \(counted(startedRanks, "rank")) run: use srun or mpirun without -np"
          : nil)
    }
    return environment["PBS_JOBID"].map { Finding(subject: "scheduler", state: "PBS job \($0)") }
  }

  private var instructions: Finding {
    let sets = Set(facts.map(\.instructionSet)).sorted()
    let isSlow = sets.contains("baseline")
    return Finding(
      subject: "instructions", state: sets.joined(separator: ", "),
      advice: isSlow ? "without AVX2, AVX-512 or NEON training is many times slower: choose other machines" : nil)
  }

  private var peak: Finding {
    let rates = facts.map(\.peak)
    let (least, most) = (rates.min() ?? 0, rates.max() ?? 0)
    let slow = facts.filter { $0.peak < 0.6 * most }
    let named = slow.prefix(4).map { "rank \($0.rank) on \($0.host)" }.joined(separator: ", ")
    return Finding(
      subject: "FMA peak", state: String(format: "%.0f to %.0f GFLOP/s a rank, all at once", least * 1e-9, most * 1e-9),
      advice: slow.isEmpty
        ? nil
        : "\(named): far slower than the others, which have to wait; who else computes there? With balance=auto slow ranks get "
          + "fewer shards")
  }

  private var memory: Finding? {
    let free = hosts.compactMapValues { $0.compactMap(\.availableMemory).min() }
    guard let least = free.min(by: { $0.value < $1.value }) else { return nil }
    return Finding(
      subject: "memory", state: "\(Format.bytes(least.value)) free on \(least.key)",
      advice: least.value < 512 << 20
        ? "little is left there: a training needs what inspect prints, for each rank" : nil)
  }

  private var sharedMemory: Finding? {
    guard hosts.values.contains(where: { $0.count > 1 }), let least = facts.compactMap(\.sharedMemory).min() else {
      return nil
    }
    return Finding(
      subject: "/dev/shm", state: Format.bytes(least),
      advice: least < 64 << 20 ? "MPI needs some megabytes a rank there: give a container --shm-size=1g" : nil)
  }
}

/// One line of the doctor's report.
struct Finding {
  /// What it is about, for example "memory".
  let subject: String
  /// The state that was found.
  let state: String
  /// What is wrong and what to do; nil if all is well.
  var advice: String?
}
