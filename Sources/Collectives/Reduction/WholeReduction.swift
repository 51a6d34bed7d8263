import CMPIShim

/// The reduction of a short vector on one machine: every rank lays its nodes open, and adds up all of them itself.
///
/// One wait a reduction is all: a rank that comes back to a slot two reductions later knows that all have come to the one
/// between, hence are done with the slot.
final class WholeReduction {
  private let plan: ReductionPlan
  private let memory: ReductionMemory
  private let place: Int
  private let ranks: [Int]
  private let joins: [NodeJoin]
  private let counter: UnsafeMutablePointer<dpt_counter>

  init(plan: ReductionPlan, memory: ReductionMemory, place: Int) {
    self.plan = plan
    self.memory = memory
    self.place = place
    ranks = plan.machines[0]
    joins = [0, 1].map { NodeJoin(memory.pieces(slot: $0), to: [0..<plan.tree.shardCount]) }
    counter = memory.counter(ofBucket: 0, .written)
  }

  /// Lays this rank's nodes open.
  func write(_ reduction: UInt32, nodes: UnsafePointer<Float>) {
    let count = plan.rankNodes[ranks[place]].count * plan.stride
    memory.nodes(place, slot: Int(reduction & 1)).update(from: nodes, count: count)
    dpt_counter_arrive(counter, reduction &* UInt32(ranks.count))
  }

  /// Whether all ranks have done so.
  func areAllWritten(_ reduction: UInt32) -> Bool { dpt_counter_reached(counter, reduction &* UInt32(ranks.count)) }

  /// Waits until they have; false where they have not in time.
  func wait(_ reduction: UInt32, spin: UInt32, sleep: UInt32) -> Bool {
    dpt_counter_wait(counter, reduction &* UInt32(ranks.count), spin, sleep)
  }

  /// Adds up all nodes.
  func join(_ reduction: UInt32, into result: UnsafeMutablePointer<Float>) {
    for sum in joins[Int(reduction & 1)].sums { sum.run(into: result, offset: 0, count: plan.stride) }
  }
}
