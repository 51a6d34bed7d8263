import CMPIShim
import Foundation

/// All ranks that a launcher started, as they find one another before it is known which of them compute.
struct StartedRanks {
  /// What every rank tells the others.
  struct Facts {
    /// A random number, for names that no other job has.
    let token: UInt64
    /// Whether all ranks shall compute.
    let wantsAll: Bool
    /// The process, and the namespace in which this is its number.
    let process: pid_t
    let namespace: UInt64
    let access: ProcessorAccess
  }

  /// The number of this rank among them.
  let rank: Int
  /// The ranks of each machine: those that MPI says can share memory, ascending; machines in the order of their first.
  let machines: [[Int]]
  /// Of each rank.
  let facts: [Facts]

  /// Meets all ranks, each of which calls it, once MPI has started.
  static func meet(wantsAll: Bool) throws -> StartedRanks {
    let size = Int(dpt_mpi_size())
    var lowest = [Int32](repeating: 0, count: size)
    try MPICommunicator.check(dpt_mpi_machines(&lowest), "machines")
    let machines = Dictionary(grouping: lowest.indices) { lowest[$0] }.values.sorted { $0[0] < $1[0] }
    let own = Facts(
      token: .random(in: 0..<1 << 32), wantsAll: wantsAll, process: getpid(),
      namespace: ProcessorAccess.number(of: "/proc/self/ns/pid"), access: .own())
    return StartedRanks(
      rank: Int(dpt_mpi_rank()), machines: machines, facts: try gather(own.words, ranks: size).map(Facts.init(words:)))
  }

  /// The ranks that compute: all where one wants that, else those for which there are processors. Ascending.
  var computing: [Int] {
    if facts.contains(where: \.wantsAll) { return Array(facts.indices) }
    return ProcessorChoice.computing(machines: machines, access: facts.map(\.access))
  }

  /// Whether some ranks of a rank's machine, of these, have to share a processor.
  func areCrowded(_ ranks: [Int], around rank: Int) -> Bool {
    let neighbours = neighbours(of: rank, among: ranks)
    return ProcessorChoice.withProcessor(neighbours, access: facts.map(\.access)).count < neighbours.count
  }

  /// The processes of some ranks that this rank can see.
  func visibleProcesses(of ranks: [Int]) -> [pid_t] {
    neighbours(of: rank, among: ranks).filter { facts[$0].namespace == facts[rank].namespace }.map { facts[$0].process }
  }

  /// Those of some ranks that are on the machine of one.
  private func neighbours(of rank: Int, among ranks: [Int]) -> [Int] {
    (machines.first { $0.contains(rank) } ?? []).filter(ranks.contains)
  }

  /// The words of every rank, on every rank; all give equally many.
  private static func gather(_ own: [UInt64], ranks: Int) throws -> [[UInt64]] {
    let bytes = own.count * MemoryLayout<UInt64>.size
    var all = [UInt64](repeating: 0, count: own.count * ranks)
    try MPICommunicator.check(
      dpt_mpi_allgather(own, &all, Array(repeating: bytes, count: ranks), (0..<ranks).map { $0 * bytes }), "allgather")
    return all.divided(into: own.count)
  }
}

extension StartedRanks.Facts {
  /// As it travels; a quota of 0 is none.
  fileprivate var words: [UInt64] {
    [token, wantsAll ? 1 : 0, UInt64(process), namespace, UInt64(access.quota ?? 0), access.group] + access.mask
  }

  fileprivate init(words: [UInt64]) {
    self.init(
      token: words[0], wantsAll: words[1] == 1, process: pid_t(words[2]), namespace: words[3],
      access: ProcessorAccess(
        mask: Array(words[6...]), quota: words[4] == 0 ? nil : Int(words[4]), group: words[5]))
  }
}

extension Array {
  /// Parts of `count` elements each, the last perhaps of fewer.
  func divided(into count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
