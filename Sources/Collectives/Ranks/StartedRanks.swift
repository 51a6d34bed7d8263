import CMPIShim
import Foundation

/// All ranks that a launcher started, from which those that compute are chosen.
struct StartedRanks {
  /// The facts that ranks exchange about themselves.
  struct Facts {
    /// A random number for unique names.
    let token: UInt64
    /// Whether this rank was asked to let all ranks compute.
    let wantsAll: Bool
    /// The process number and its namespace.
    let process: pid_t
    let namespace: UInt64
    let access: ProcessorAccess
  }

  /// The number of this rank among them.
  let rank: Int
  /// The ranks of each machine, ascending; MPI says that they can share memory. Machines are in the order of their first
  /// ranks.
  let machines: [[Int]]
  /// The facts of each rank.
  let facts: [Facts]

  /// Exchanges facts between all ranks after MPI has started. Every rank calls it.
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

  /// The ranks that compute, ascending: all if one of them was asked for that, otherwise those that get a processor.
  var computing: [Int] {
    if facts.contains(where: \.wantsAll) { return Array(facts.indices) }
    return ProcessorChoice.computing(machines: machines, access: facts.map(\.access))
  }

  /// Whether some of `ranks` on the machine of `rank` must share a processor.
  func areCrowded(_ ranks: [Int], around rank: Int) -> Bool {
    let neighbours = neighbours(of: rank, among: ranks)
    return ProcessorChoice.withProcessor(neighbours, access: facts.map(\.access)).count < neighbours.count
  }

  /// The processors that `ranks` on the machine of `rank` leave idle, for each of them.
  func idleProcessors(_ ranks: [Int], around rank: Int) -> Int {
    ProcessorChoice.idle(ofRank: rank, among: neighbours(of: rank, among: ranks), access: facts.map(\.access))
  }

  /// The processes of those of `ranks` that this rank can see: on its machine, in its namespace.
  func visibleProcesses(of ranks: [Int]) -> [pid_t] {
    neighbours(of: rank, among: ranks).filter { facts[$0].namespace == facts[rank].namespace }.map { facts[$0].process }
  }

  /// Those of `ranks` that are on the machine of `rank`.
  private func neighbours(of rank: Int, among ranks: [Int]) -> [Int] {
    (machines.first { $0.contains(rank) } ?? []).filter(ranks.contains)
  }

  /// Gathers the same count of numbers from every rank on every rank.
  private static func gather(_ own: [UInt64], ranks: Int) throws -> [[UInt64]] {
    let bytes = own.count * MemoryLayout<UInt64>.size
    var all = [UInt64](repeating: 0, count: own.count * ranks)
    try MPICommunicator.check(
      dpt_mpi_allgather(own, &all, Array(repeating: bytes, count: ranks), (0..<ranks).map { $0 * bytes }), "allgather")
    return all.divided(into: own.count)
  }
}

extension StartedRanks.Facts {
  /// The facts as numbers; a quota of 0 means none.
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
  /// Parts of `count` elements each; the last may have fewer.
  func divided(into count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
