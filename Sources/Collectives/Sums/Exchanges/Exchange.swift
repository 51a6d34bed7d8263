/// One rank's work on its stripe of a bucket: from the nodes of its machine's ranks to the sum over all machines, in the
/// shared result.
protocol Exchange: AnyObject {
  /// Begins after all ranks of the machine have written their nodes, and their status words of this turn.
  func begin(turn: Int) throws
  /// Does all that is possible without waiting. Returns whether the stripe's sum is complete.
  func advance() throws -> Bool
  /// Whether only sums of other machines are missing.
  var isJoined: Bool { get }
}

/// The stripe of a bucket that an exchange works on.
struct ExchangePlace {
  let participant: Participant
  let bucket: Bucket
  private let stripe: Int
  /// The tag of messages.
  private let tag: Int

  /// The rank's stripe of bucket `number`; nil if it has none.
  init?(_ participant: Participant, bucket number: Int) {
    bucket = participant.plan.buckets[number]
    guard let stripe = bucket.stripe(at: participant.place, ranks: participant.neighbours) else { return nil }
    (self.participant, self.stripe) = (participant, stripe)
    tag = participant.tag + number
  }

  var plan: ReductionPlan { participant.plan }
  var memory: ReductionMemory { participant.memory }
  var machine: Int { participant.machine }

  /// The stripe's elements.
  var elements: Range<Int> { bucket.stripes[stripe] }

  /// The stripe's pieces, one for each machine, which sums it.
  var pieces: [Range<Int>] { bucket.pieces(ofStripe: stripe, machines: plan.machines.count) }

  /// The nodes of the machine's ranks, with values from the stripe's first element on.
  var nodeValues: [NodeValues] { memory.nodeValues(from: elements.lowerBound) }

  /// The whole tree.
  var root: Range<Int> { 0..<plan.tree.shardCount }

  /// A message to or from the rank that has this stripe on another machine.
  func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, machine: Int
  ) throws -> any Message {
    let ranks = plan.machines[machine]
    let peer = ranks[bucket.owner(ofStripe: stripe, ranks: ranks.count)]
    return try participant.messenger.message(direction, buffer, peer: peer, tag: tag)
  }

  /// The buffer for a machine; empty if nothing goes there.
  typealias Buffers = (_ machine: Int) -> UnsafeMutableRawBufferPointer

  /// Messages to or from this stripe's ranks of all other machines.
  func row(_ direction: MessageDirection, _ buffers: Buffers) throws -> MessageRow {
    try MessageRow(
      plan.machines.indices.map { other in
        let buffer = buffers(other)
        guard other != machine, !buffer.isEmpty else { return nil }
        return try message(direction, buffer, machine: other)
      })
  }

  /// Makes the exchange for the bucket and the number of machines; `residuals` keeps the rounding errors.
  func makeExchange(residuals: Residuals?) throws -> any Exchange {
    var rounding: Rounding?
    if bucket.isCompressed, let compression = plan.layout.compression, let residuals {
      rounding = Rounding(tree: plan.tree, format: compression.format, residuals: residuals, elements: elements)
    }
    guard participant.hasMessages else { return LocalExchange(self, rounding) }
    if let rounding { return try CompressedExchange(self, rounding) }
    return bucket.isShort ? try DoublingExchange(self) : try DirectExchange(self)
  }
}

/// The exchange on a single machine: it sends nothing, but rounds sums as several machines would.
final class LocalExchange: Exchange {
  private let place: ExchangePlace
  private let join: TreeJoin

  init(_ place: ExchangePlace, _ rounding: Rounding?) {
    self.place = place
    join = TreeJoin(place.nodeValues, to: place.root, rounding: rounding?.total(of: place.elements))
  }

  let isJoined = true

  func begin(turn: Int) {
    let elements = place.elements
    join.run(into: place.memory.result + elements.lowerBound, offset: 0, count: elements.count)
  }

  func advance() -> Bool { true }
}
