/// What one rank does for its lane of a bucket, from the nodes of its machine's ranks to the sum over all machines in the
/// shared result.
protocol Exchange: AnyObject {
  /// All ranks of the machine have written their nodes, and their control words to `slot`.
  func begin(slot: Int) throws
  /// Goes on as far as that is possible without waiting; whether the lane's sum is complete.
  func advance() throws -> Bool
  /// Whether all that is still to come are sums that others have made.
  var isJoined: Bool { get }
}

/// The part of a reduction that an exchange works on.
struct ExchangePlace {
  let plan: ReductionPlan
  let memory: ReductionMemory
  let machine: Int
  let bucket: ReductionPlan.Bucket
  let lane: Int
  /// The number under which messages go.
  let tag: Int

  /// The part of the rank at a place in a plan's bucket, nil where it has no lane of that. Messages go under the bucket's
  /// number from `tag` on.
  init?(
    _ plan: ReductionPlan, bucket number: Int, at place: (machine: Int, place: Int), _ memory: ReductionMemory, tag: Int
  ) {
    let bucket = plan.buckets[number]
    guard let lane = plan.lane(of: bucket, at: place) else { return nil }
    (self.plan, self.memory, self.bucket, self.lane) = (plan, memory, bucket, lane)
    machine = place.machine
    self.tag = tag + number
  }

  /// The lane's elements.
  var elements: Range<Int> { bucket.lanes[lane] }

  /// The lane's pieces, one for each machine, which adds it up.
  var pieces: [Range<Int>] { plan.pieces(ofLane: lane, of: bucket) }

  /// The rank that has this lane on another machine.
  func peer(_ machine: Int) -> Int {
    plan.machines[machine][plan.owner(ofLane: lane, of: bucket, onMachine: machine)]
  }

  /// What goes to a machine, or comes from it; empty where nothing does.
  typealias Buffers = (_ machine: Int) -> UnsafeMutableRawBufferPointer

  /// Messages to or from this lane's ranks of all other machines.
  func row(_ direction: MessageDirection, _ messenger: any Messenger, _ buffers: Buffers) throws -> MessageRow {
    try MessageRow(
      plan.machines.indices.map { other in
        let buffer = buffers(other)
        guard other != machine, !buffer.isEmpty else { return nil }
        return try messenger.message(direction, buffer, peer: peer(other), tag: tag)
      })
  }
}

/// The exchange of a machine that has all ranks: there is nobody to exchange with.
final class LocalExchange: Exchange {
  private let place: ExchangePlace
  private let join: NodeJoin

  init(_ place: ExchangePlace) {
    self.place = place
    join = NodeJoin(place.memory.pieces(), to: [0..<place.plan.tree.shardCount])
  }

  let isJoined = true

  func begin(slot: Int) {
    let elements = place.elements
    for sum in join.sums {
      sum.run(
        into: place.memory.result + elements.lowerBound, offset: elements.lowerBound, count: elements.count)
    }
  }

  func advance() -> Bool { true }
}
