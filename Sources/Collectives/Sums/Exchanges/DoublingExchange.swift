/// Exchanges short stripes by recursive doubling: machines exchange all the tree nodes that they have with one partner after
/// the other, so that each has twice as many after each round.
///
/// With M = 2^p machines, each sends p messages. If M is 2^p + r, 2 r machines form pairs: the second of a pair sends its
/// nodes to the first, which takes part in p rounds for both and then sends it the sum.
final class DoublingExchange: Exchange {
  /// At most one message each way, and the merge of the nodes before with those received.
  private struct Step {
    var send: (any Message)?
    var receive: (any Message)?
    var merge: ParcelMerge?
  }

  private let place: ExchangePlace
  private let local: [TreeJoin]
  private let first: NodeParcel
  private let last: NodeParcel
  private let steps: [Step]
  private var current = 0

  init(_ place: ExchangePlace) throws {
    self.place = place
    let (count, machine) = (place.plan.machines.count, place.machine)
    let first = NodeParcel(machines: machine..<machine + 1, place)
    self.first = first
    local = first.nodes.map { TreeJoin(place.nodeValues, to: $0) }

    let rounds = Int.bitWidth - 1 - count.leadingZeroBitCount
    let pairs = count - (1 << rounds)
    let isPaired = machine < 2 * pairs
    if isPaired, !machine.isMultiple(of: 2) {
      last = NodeParcel(machines: 0..<count, place)
      self.steps = [
        Step(send: try place.message(.send, first.bytes, machine: machine - 1)),
        Step(receive: try place.message(.receive, last.bytes, machine: machine - 1)),
      ]
      return
    }
    var (known, steps) = (first, [Step]())
    /// Adds a step that gets some machines' nodes from one of them, `peer`, and sends it the present ones unless it
    /// `onlySends`.
    func learn(_ machines: Range<Int>, from peer: Int, onlySends: Bool = false) throws {
      let coming = NodeParcel(machines: machines, place)
      let merge = ParcelMerge(known, coming, place)
      steps.append(
        Step(
          send: onlySends ? nil : try place.message(.send, known.bytes, machine: peer),
          receive: try place.message(.receive, coming.bytes, machine: peer), merge: merge))
      known = merge.both
    }
    if isPaired { try learn(machine + 1..<machine + 2, from: machine + 1, onlySends: true) }
    /// The first machine of a participant in the rounds; the number of machines for the end.
    func start(_ participant: Int) -> Int { participant < pairs ? 2 * participant : participant + pairs }
    let participant = isPaired ? machine / 2 : machine - pairs
    for round in 0..<rounds {
      let partner = participant ^ (1 << round)
      let theirs = (partner >> round) << round
      try learn(start(theirs)..<start(theirs + (1 << round)), from: start(partner))
    }
    if isPaired { steps.append(Step(send: try place.message(.send, known.bytes, machine: machine + 1))) }
    (last, self.steps) = (known, steps)
  }

  var isJoined: Bool { current >= steps.count }

  func begin(turn: Int) throws {
    first.fill(local)
    if place.bucket.carriesStatus {
      let count = place.plan.layout.statusCount
      for neighbour in 0..<place.participant.neighbours {
        (first.status + neighbour * count).update(from: place.memory.status(neighbour, turn: turn), count: count)
      }
    }
    current = 0
    try start()
  }

  private func start() throws {
    try steps[current].receive?.start()
    try steps[current].send?.start()
  }

  func advance() throws -> Bool {
    while current < steps.count {
      guard try steps[current].receive?.isComplete() ?? true, try steps[current].send?.isComplete() ?? true else {
        return false
      }
      steps[current].merge?.run()
      current += 1
      if current < steps.count { try start() }
    }
    let elements = place.elements
    (place.memory.result + elements.lowerBound).update(from: last.values(0), count: elements.count)
    if place.bucket.carriesStatus { place.memory.status.update(from: last.status, count: last.statusCount) }
    return true
  }
}
