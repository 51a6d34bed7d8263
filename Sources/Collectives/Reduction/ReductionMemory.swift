import CMPIShim

/// Where everything lies in the memory that the ranks of a machine share for a reduction.
///
/// Each rank's part begins with two slots for its control words, used by turns, so that a rank that is ahead does not
/// overwrite what another still reads. Its tree nodes follow, in the slots themselves where every rank adds up
/// everything. Behind the first rank's nodes lie the counters, all ranks' control words, and the result.
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
    return resultStart(plan, rank: rank) + (plan.isWhole ? 0 : plan.stride * floatSize)
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

  private static func controlsStart(_ plan: ReductionPlan, rank: Int) -> Int {
    nodesEnd(plan, rank: rank) + 2 * plan.buckets.count * MemoryLayout<dpt_counter>.size
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

  /// Counts who has written a bucket, or whose lane of it is joined.
  func counter(ofBucket bucket: Int, joined: Bool) -> UnsafeMutablePointer<dpt_counter> {
    let start = address(0, Self.nodesEnd(plan, rank: ranks[0])).assumingMemoryBound(to: dpt_counter.self)
    return start + 2 * bucket + (joined ? 1 : 0)
  }

  /// The control words of all ranks, machine by machine, where there are several machines.
  var controls: UnsafeMutablePointer<Double> {
    address(0, Self.controlsStart(plan, rank: ranks[0])).assumingMemoryBound(to: Double.self)
  }

  /// The sum.
  var result: UnsafeMutablePointer<Float> {
    address(0, Self.resultStart(plan, rank: ranks[0])).assumingMemoryBound(to: Float.self)
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
