/// Short lanes: machines exchange all they know with one partner after the other, so that everybody knows twice as much
/// each time, as tree nodes.
///
/// With M = 2^p machines each sends p messages. Where M is 2^p + r, 2 r machines form pairs: the second of each first
/// sends its nodes to the first, which goes through p rounds for both and sends it the sum.
final class DoublingExchange: Exchange {
  /// One message each way at most, and what is made of them.
  private struct Step {
    var send: (any Message)?
    var receive: (any Message)?
    var merge: Merge?
  }

  private let place: ExchangePlace
  private let local: NodeJoin
  private let first: Parcel
  private let last: Parcel
  private var steps: [Step] = []
  private var current = 0

  init(_ place: ExchangePlace, _ messenger: any Messenger) throws {
    self.place = place
    let count = place.plan.machines.count
    let machine = place.machine
    first = Parcel(machines: machine..<machine + 1, place)
    local = NodeJoin(place.memory.pieces(), to: first.nodes)

    func message(_ direction: MessageDirection, _ parcel: Parcel, _ peer: Int) throws -> any Message {
      try messenger.message(direction, parcel.bytes, peer: place.peer(peer), tag: place.tag)
    }
    let rounds = Int.bitWidth - 1 - count.leadingZeroBitCount
    let pairs = count - (1 << rounds)
    let isPaired = machine < 2 * pairs
    /// The first machine of those that take part in the rounds, or the number of all.
    func start(_ participant: Int) -> Int { participant < pairs ? 2 * participant : participant + pairs }

    var known = first
    if isPaired, !machine.isMultiple(of: 2) {
      steps.append(Step(send: try message(.send, first, machine - 1)))
      known = Parcel(machines: 0..<count, place)
      steps.append(Step(receive: try message(.receive, known, machine - 1)))
      last = known
      return
    }
    if isPaired {
      let coming = Parcel(machines: machine + 1..<machine + 2, place)
      let both = Parcel(machines: machine..<machine + 2, place)
      steps.append(
        Step(receive: try message(.receive, coming, machine + 1), merge: Merge(known, coming, into: both)))
      known = both
    }
    let participant = isPaired ? machine / 2 : machine - pairs
    for round in 0..<rounds {
      let partner = participant ^ (1 << round)
      let theirs = (partner >> round) << round
      let coming = Parcel(machines: start(theirs)..<start(theirs + (1 << round)), place)
      let both = Parcel(
        machines: min(
          known.machines.lowerBound, coming.machines.lowerBound)..<max(
            known.machines.upperBound, coming.machines.upperBound), place)
      let isLower = known.machines.lowerBound < coming.machines.lowerBound
      steps.append(
        Step(
          send: try message(.send, known, start(partner)), receive: try message(.receive, coming, start(partner)),
          merge: isLower ? Merge(known, coming, into: both) : Merge(coming, known, into: both)))
      known = both
    }
    if isPaired { steps.append(Step(send: try message(.send, known, machine + 1))) }
    last = known
  }

  var isJoined: Bool { current >= steps.count }

  func begin(slot: Int) throws {
    let elements = place.elements
    for (index, sum) in local.sums.enumerated() {
      sum.run(into: first.values(index), offset: elements.lowerBound, count: elements.count)
    }
    let count = place.plan.controlCount
    if place.bucket.carriesControls {
      for neighbour in place.plan.machines[place.machine].indices {
        (first.controls + neighbour * count).update(from: place.memory.control(neighbour, slot: slot), count: count)
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
    if place.bucket.carriesControls {
      place.memory.controls.update(from: last.controls, count: last.controlCount)
    }
    return true
  }
}

/// What is known of some neighbouring machines: their tree nodes' values of a lane, and perhaps their control words.
private final class Parcel {
  let machines: Range<Int>
  let nodes: [Range<Int>]
  let controlCount: Int
  private let length: Int
  private let memory: UnsafeMutablePointer<Float>

  init(machines: Range<Int>, _ place: ExchangePlace) {
    self.machines = machines
    nodes = place.plan.nodes(ofMachines: machines)
    length = place.elements.count
    let ranks = place.plan.machines[machines].reduce(0) { $0 + $1.count }
    controlCount = place.bucket.carriesControls ? ranks * place.plan.controlCount : 0
    memory = allocateFloats(nodes.count * length + controlCount * 2)
  }

  deinit {
    memory.deallocate()
  }

  func values(_ node: Int) -> UnsafeMutablePointer<Float> { memory + node * length }

  /// Behind the values: machine by machine, rank by rank.
  var controls: UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(values(nodes.count)).assumingMemoryBound(to: Double.self)
  }

  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: memory, count: (nodes.count * length + controlCount * 2) * floatSize)
  }

  var pieces: [NodeJoin.Piece] {
    nodes.indices.map { NodeJoin.Piece(node: nodes[$0], values: UnsafePointer(values($0))) }
  }

  var count: Int { length }
}

/// Makes one parcel of two.
private struct Merge {
  private let lower, upper, both: Parcel
  private let join: NodeJoin

  init(_ lower: Parcel, _ upper: Parcel, into both: Parcel) {
    (self.lower, self.upper, self.both) = (lower, upper, both)
    join = NodeJoin(lower.pieces + upper.pieces, to: both.nodes)
  }

  func run() {
    for (index, sum) in join.sums.enumerated() { sum.run(into: both.values(index), offset: 0, count: both.count) }
    both.controls.update(from: lower.controls, count: lower.controlCount)
    (both.controls + lower.controlCount).update(from: upper.controls, count: upper.controlCount)
  }
}
