import CMPIShim
import Foundation

/// All ranks that a launcher started, before it is known which of them compute.
struct StartedRanks {
  /// The facts that every rank tells the others.
  struct Facts {
    /// A random number, for names that no other job uses.
    let token: UInt64
    /// Whether the rank wants all ranks to compute.
    let wantsAll: Bool
    /// The process number, and the namespace in which it is valid.
    let process: pid_t
    let namespace: UInt64
    let access: ProcessorAccess
  }

  /// The number of this rank among them.
  let rank: Int
  /// The ranks of each machine, which can share memory according to MPI, ascending; machines in the order of their first
  /// ranks.
  let machines: [[Int]]
  /// The facts of each rank.
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
      rank: Int(dpt_mpi_rank()), machines: machines,
      facts: try gather(own.numbers, ranks: size).map(Facts.init(numbers:)))
  }

  /// The ranks that compute: all if one of them wants that, else those for which there are processors. Ascending.
  var computing: [Int] {
    if facts.contains(where: \.wantsAll) { return Array(facts.indices) }
    return ProcessorChoice.computing(machines: machines, access: facts.map(\.access))
  }

  /// Whether some of these ranks on a rank's machine have to share a processor.
  func areCrowded(_ ranks: [Int], around rank: Int) -> Bool {
    let neighbours = neighbours(of: rank, among: ranks)
    return ProcessorChoice.withProcessor(neighbours, access: facts.map(\.access)).count < neighbours.count
  }

  /// The processes of some ranks that this rank can see.
  func visibleProcesses(of ranks: [Int]) -> [pid_t] {
    neighbours(of: rank, among: ranks).filter { facts[$0].namespace == facts[rank].namespace }.map { facts[$0].process }
  }

  /// The ranks, of some, that are on the machine of one.
  private func neighbours(of rank: Int, among ranks: [Int]) -> [Int] {
    (machines.first { $0.contains(rank) } ?? []).filter(ranks.contains)
  }

  /// The numbers of every rank, on every rank; each gives the same number.
  private static func gather(_ own: [UInt64], ranks: Int) throws -> [[UInt64]] {
    let bytes = own.count * MemoryLayout<UInt64>.size
    var all = [UInt64](repeating: 0, count: own.count * ranks)
    try MPICommunicator.check(
      dpt_mpi_allgather(own, &all, Array(repeating: bytes, count: ranks), (0..<ranks).map { $0 * bytes }), "allgather")
    return all.divided(into: own.count)
  }
}

extension StartedRanks.Facts {
  /// The facts as numbers; a quota of 0 is none.
  fileprivate var numbers: [UInt64] {
    [token, wantsAll ? 1 : 0, UInt64(process), namespace, UInt64(access.quota ?? 0), access.group] + access.mask
  }

  fileprivate init(numbers: [UInt64]) {
    self.init(
      token: numbers[0], wantsAll: numbers[1] == 1, process: pid_t(numbers[2]), namespace: numbers[3],
      access: ProcessorAccess(
        mask: Array(numbers[6...]), quota: numbers[4] == 0 ? nil : Int(numbers[4]), group: numbers[5]))
  }
}

extension Array {
  /// Parts of `count` elements each, the last perhaps of fewer.
  func divided(into count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
