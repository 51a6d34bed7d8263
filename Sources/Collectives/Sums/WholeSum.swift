import CMPIShim

/// The sum of a short vector on one machine: every rank writes its nodes to shared memory and adds all nodes itself.
///
/// Each sum needs only one wait: if a rank writes to the same memory two sums later, all ranks have begun the sum between,
/// so they are done with that memory.
final class WholeSum: SumAlgorithm {
  let nodes: UnsafeMutablePointer<Float>
  private let sum: UnsafeMutablePointer<Float>
  private let participant: Participant
  private let status: StatusTable
  /// The additions of each turn's nodes.
  private let joins: [TreeJoin]
  private let counter: UnsafeMutablePointer<dpt_counter>
  /// The number of the sum, from 1.
  private var number: UInt32 = 0

  init(_ participant: Participant, _ status: StatusTable) {
    (self.participant, self.status) = (participant, status)
    let (plan, memory) = (participant.plan, participant.memory)
    nodes = allocateFloats(plan.rankNodes[participant.rank].count * plan.stride)
    sum = allocateFloats(plan.stride)
    joins = [0, 1].map { TreeJoin(memory.nodeValues(turn: $0), to: 0..<plan.tree.shardCount) }
    counter = memory.counter(ofBucket: 0, .written)
  }

  deinit {
    nodes.deallocate()
    sum.deallocate()
  }

  var result: UnsafePointer<Float> { UnsafePointer(sum) }

  private var turn: Int { Int(number & 1) }

  /// The counter's value once all ranks have written.
  private var target: UInt32 { number &* UInt32(participant.neighbours) }

  /// Does nothing: the sum begins when all is written.
  func write(from element: Int) {}

  func writeAll() {
    number &+= 1
    let (plan, memory, place) = (participant.plan, participant.memory, participant.place)
    status.post(to: memory.status(place, turn: turn))
    let count = plan.rankNodes[participant.rank].count * plan.stride
    memory.nodes(place, turn: turn).update(from: nodes, count: count)
    dpt_counter_arrive(counter, target)
  }

  func advance() {}

  var isUnderWay: Bool { false }

  func isComplete() -> Bool {
    guard dpt_counter_reached(counter, target) else { return false }
    joins[turn].run(into: sum, offset: 0, count: participant.plan.stride)
    status.collect(from: participant.memory, turn: turn)
    return true
  }

  func wait(spin: UInt32, sleep: UInt32) -> Bool? { dpt_counter_wait(counter, target, spin, sleep) }
}
