/// The messages of an exchange in pieces: every machine gets its piece of all machines' nodes, adds it up, and sends the sum
/// to all unless sums are scattered. With M machines a rank sends and receives 2 (M − 1) messages, or M − 1.
final class PieceMessages {
  /// Whether the own piece is added up, and all that is still to come are sums that others have made.
  private(set) var isJoined = false
  private let machine, machines: Int
  private let nodeSends, nodeReceives, sumSends, sumReceives: MessageRow

  /// The messages of one rank; `sum` is where a machine's sum lies.
  init(
    _ place: ExchangePlace, nodesTo: ExchangePlace.Buffers, nodesFrom: ExchangePlace.Buffers, sum: ExchangePlace.Buffers
  ) throws {
    let own = place.machine
    (machine, machines) = (own, place.plan.machines.count)
    nodeSends = try place.row(.send, nodesTo)
    nodeReceives = try place.row(.receive, nodesFrom)
    let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    let isScattered = place.bucket.isScattered
    sumSends = try place.row(.send) { _ in isScattered ? none : sum(own) }
    sumReceives = try place.row(.receive) { isScattered ? none : sum($0) }
  }

  /// Begins; `prepare` makes what goes to a machine, or what this one keeps, right before it goes.
  func begin(_ prepare: (_ machine: Int) -> Void) throws {
    isJoined = false
    for machine in 0..<machines {
      try nodeReceives.start(machine)
      try sumReceives.start(machine)
    }
    // Each machine begins with the one behind it, so that not all write to one.
    for step in 1...machines {
      let other = (machine + step) % machines
      prepare(other)
      try nodeSends.start(other)
    }
  }

  /// Does what can be done without waiting: `join` adds up the own piece, `take` is told of each machine whose sum has
  /// come. Whether all is done.
  func advance(join: () -> Void, take: (_ machine: Int) -> Void = { _ in }) throws -> Bool {
    if !isJoined {
      guard try nodeReceives.areComplete() else { return false }
      join()
      isJoined = true
      for step in 1..<machines { try sumSends.start((machine + step) % machines) }
    }
    guard try sumReceives.areComplete(each: take), try nodeSends.areComplete() else { return false }
    return try sumSends.areComplete()
  }
}
