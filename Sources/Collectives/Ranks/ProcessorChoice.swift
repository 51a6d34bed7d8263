/// Assigns processors to the ranks of one machine: one each, to as many ranks as possible.
struct ProcessorChoice {
  private let access: [ProcessorAccess]
  /// The rank of each processor; nil if the processor is free.
  private var holders: [Int?]
  /// The number of processors assigned in each control group with a quota.
  private var given: [UInt64: Int] = [:]
  /// Sets of processors in which none is free.
  private var exhausted: Set<[UInt64]> = []

  /// The ranks that compute: on each machine those that get a processor, at least one; always rank 0.
  /// - Parameters:
  ///   - machines: the ranks of each machine, ascending.
  ///   - access: the processors that each rank may use.
  /// - Returns: ranks, ascending.
  static func computing(machines: [[Int]], access: [ProcessorAccess]) -> [Int] {
    machines.flatMap { ranks in
      let seated = withProcessor(ranks, access: access)
      return seated.isEmpty ? [ranks[0]] : seated
    }.sorted()
  }

  /// The largest number of a machine's ranks that can each have a processor, including the first rank.
  static func withProcessor(_ ranks: [Int], access: [ProcessorAccess]) -> [Int] {
    var choice = ProcessorChoice(access)
    return ranks.filter { choice.give(toRank: $0) }
  }

  /// The processors that a machine's ranks leave idle if each has one of its own, for each of them; of those that `rank` may use.
  static func idle(ofRank rank: Int, among ranks: [Int], access: [ProcessorAccess]) -> Int {
    let words = access.map(\.mask.count).max() ?? 0
    let all = (0..<words).reduce(0) { sum, word in
      sum + ranks.reduce(0) { $0 | (word < access[$1].mask.count ? access[$1].mask[word] : 0) }.nonzeroBitCount
    }
    var quotas: [UInt64: Int] = [:]
    for other in ranks { quotas[access[other].group] = access[other].quota ?? all }
    let usable = min(all, quotas.values.reduce(0, +))
    return max(0, min((usable - ranks.count) / ranks.count, access[rank].processors.count - 1))
  }

  private init(_ access: [ProcessorAccess]) {
    self.access = access
    holders = Array(repeating: nil, count: (access.map(\.mask.count).max() ?? 0) * UInt64.bitWidth)
  }

  /// Assigns a processor to the rank, if possible. Other ranks may move to another processor, but none loses its own.
  private mutating func give(toRank rank: Int) -> Bool {
    let own = access[rank]
    // Its processors are unknown.
    if own.mask.allSatisfy({ $0 == 0 }) { return true }
    if let quota = own.quota, given[own.group, default: 0] >= quota { return false }
    var tried = Array(repeating: false, count: holders.count)
    guard !exhausted.contains(own.mask), seat(rank, &tried) else {
      exhausted.insert(own.mask)
      return false
    }
    given[own.group, default: 0] += 1
    return true
  }

  /// Searches an augmenting path in the bipartite matching of ranks and processors (Kuhn 1955).
  private mutating func seat(_ rank: Int, _ tried: inout [Bool]) -> Bool {
    let processors = access[rank].processors
    if let free = processors.first(where: { holders[$0] == nil }) {
      holders[free] = rank
      return true
    }
    for processor in processors where !tried[processor] {
      tried[processor] = true
      if let holder = holders[processor], seat(holder, &tried) {
        holders[processor] = rank
        return true
      }
    }
    return false
  }
}
