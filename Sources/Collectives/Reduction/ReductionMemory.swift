import CMPIShim

/// Where everything lies in the memory that the ranks of a machine share for a reduction.
///
/// Each rank's part begins with two slots for its control words, used by turns, so that a rank that is ahead does not
/// overwrite what another still reads. Its tree nodes follow, in the slots themselves where every rank adds up
/// everything. Behind the first rank's nodes lie the counters, all ranks' control words, the result, and the vector that is
/// gathered where sums are scattered.
struct ReductionMemory {
  private let shared: SharedMemory
  private let plan: ReductionPlan
  private let ranks: [Int]

  /// Lays out the memory of one machine.
  init(_ shared: SharedMemory, plan: ReductionPlan, machine: Int) {
    self.shared = shared
    self.plan = plan
    ranks = plan.machines[machine]
    precondition(
      zip(ranks, shared.parts).allSatisfy { $1.count >= Self.byteCount(plan, rank: $0) }, "each rank has its part")
  }

  /// The bytes of a rank's part.
  static func byteCount(_ plan: ReductionPlan, rank: Int) -> Int {
    let end = nodesEnd(plan, rank: rank)
    guard plan.machines.contains(where: { $0[0] == rank }) else { return end }
    return valuesStart(plan, rank: rank) + (plan.scatter.map { ($0.count + ReductionPlan.grain) * floatSize } ?? 0)
  }

  private static func controlBytes(_ plan: ReductionPlan, ranks: Int) -> Int {
    (ranks * plan.controlCount * MemoryLayout<Double>.size + 63) / 64 * 64
  }

  private static func nodeBytes(_ plan: ReductionPlan, rank: Int) -> Int {
    plan.rankNodes[rank].count * plan.stride * floatSize
  }

  /// The distance of the two slots.
  private static func slotBytes(_ plan: ReductionPlan, rank: Int) -> Int {
    controlBytes(plan, ranks: 1) + (plan.isWhole ? nodeBytes(plan, rank: rank) : 0)
  }

  private static func nodesEnd(_ plan: ReductionPlan, rank: Int) -> Int {
    2 * slotBytes(plan, rank: rank) + (plan.isWhole ? 0 : nodeBytes(plan, rank: rank))
  }

  private static func resultStart(_ plan: ReductionPlan, rank: Int) -> Int {
    controlsStart(plan, rank: rank) + (plan.machines.count > 1 ? controlBytes(plan, ranks: plan.ranks) : 0)
  }

  private static func valuesStart(_ plan: ReductionPlan, rank: Int) -> Int {
    resultStart(plan, rank: rank) + (plan.isWhole ? 0 : plan.stride * floatSize)
  }

  private static func controlsStart(_ plan: ReductionPlan, rank: Int) -> Int {
    nodesEnd(plan, rank: rank) + Count.allCases.count * plan.buckets.count * MemoryLayout<dpt_counter>.size
  }

  private func address(_ place: Int, _ offset: Int) -> UnsafeMutableRawPointer {
    guard let base = shared.parts[place].baseAddress else { preconditionFailure("shared memory has an address") }
    return base + offset
  }

  /// The nodes of the machine's rank at a place; those of a slot where each rank adds up everything.
  func nodes(_ place: Int, slot: Int = 0) -> UnsafeMutablePointer<Float> {
    let slots = Self.slotBytes(plan, rank: ranks[place])
    let start = plan.isWhole ? slot * slots + Self.controlBytes(plan, ranks: 1) : 2 * slots
    return address(place, start).assumingMemoryBound(to: Float.self)
  }

  /// The control words of the machine's rank at a place.
  func control(_ place: Int, slot: Int) -> UnsafeMutablePointer<Double> {
    address(place, slot * Self.slotBytes(plan, rank: ranks[place])).assumingMemoryBound(to: Double.self)
  }

  /// What is counted for each bucket.
  enum Count: Int, CaseIterable {
    /// The ranks that have written their nodes.
    case written
    /// The lanes whose sums are made.
    case joined
    /// The lanes whose new values have come.
    case gathered
  }

  /// Counts a bucket's ranks or lanes.
  func counter(ofBucket bucket: Int, _ count: Count) -> UnsafeMutablePointer<dpt_counter> {
    let start = address(0, Self.nodesEnd(plan, rank: ranks[0])).assumingMemoryBound(to: dpt_counter.self)
    return start + Count.allCases.count * bucket + count.rawValue
  }

  /// The control words of all ranks, machine by machine, where there are several machines.
  var controls: UnsafeMutablePointer<Double> {
    address(0, Self.controlsStart(plan, rank: ranks[0])).assumingMemoryBound(to: Double.self)
  }

  /// Puts all ranks' control words of a slot, or those that came from other machines, rank by rank.
  func collectControls(into words: UnsafeMutablePointer<Double>, slot: Int) {
    let count = plan.controlCount
    if plan.machines.count == 1 {
      for neighbour in ranks.indices {
        (words + neighbour * count).update(from: control(neighbour, slot: slot), count: count)
      }
      return
    }
    var next = UnsafePointer(controls)
    for rank in plan.machines.joined() {
      (words + rank * count).update(from: next, count: count)
      next += count
    }
  }

  /// The sum.
  var result: UnsafeMutablePointer<Float> {
    address(0, Self.resultStart(plan, rank: ranks[0])).assumingMemoryBound(to: Float.self)
  }

  /// What is made of the scattered sums and gathered, a cache line behind it, which kernels may read.
  var values: UnsafeMutablePointer<Float> {
    address(0, Self.valuesStart(plan, rank: ranks[0])).assumingMemoryBound(to: Float.self)
  }

  /// All nodes of the machine's ranks.
  func pieces(slot: Int = 0) -> [NodeJoin.Piece] {
    ranks.indices.flatMap { place in
      plan.rankNodes[ranks[place]].enumerated().map { index, node in
        NodeJoin.Piece(node: node, values: UnsafePointer(nodes(place, slot: slot) + index * plan.stride))
      }
    }
  }
}
