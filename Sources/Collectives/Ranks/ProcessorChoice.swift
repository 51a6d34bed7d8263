/// Gives ranks of one machine a processor each, as many of them as can have one of their own.
struct ProcessorChoice {
  private let access: [ProcessorAccess]
  /// The rank that has each processor.
  private var holders: [Int?]
  /// Control groups' processors that are given.
  private var given: [UInt64: Int] = [:]
  /// Sets of processors that have none left.
  private var exhausted: Set<[UInt64]> = []

  /// The ranks that compute: of each machine those that can have a processor of their own, at least one, and rank 0.
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

  /// As many of a machine's ranks as can have a processor of their own; the first is among them.
  static func withProcessor(_ ranks: [Int], access: [ProcessorAccess]) -> [Int] {
    var choice = ProcessorChoice(access)
    return ranks.filter { choice.give(toRank: $0) }
  }

  private init(_ access: [ProcessorAccess]) {
    self.access = access
    holders = Array(repeating: nil, count: (access.map(\.mask.count).max() ?? 0) * UInt64.bitWidth)
  }

  /// Whether the rank gets a processor. Other ranks may move to another of theirs, but none loses its processor.
  private mutating func give(toRank rank: Int) -> Bool {
    let own = access[rank]
    // Nothing is known about its processors.
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

  /// An augmenting path of the bipartite matching of ranks and processors (Kuhn 1955).
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
