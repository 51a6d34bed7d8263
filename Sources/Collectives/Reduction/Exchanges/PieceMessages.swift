/// The messages of an exchange in pieces: every machine gets its piece of all machines' nodes, adds it up, and sends the sum
/// to all unless the sums are scattered. A rank sends and receives 2 (M − 1) messages, or M − 1, M being the number of
/// machines.
final class PieceMessages {
  /// Whether the own piece is added up, and all that is still to come are sums that others have made.
  private(set) var isJoined = false
  private let machine, machines: Int
  private let nodeSends, nodeReceives, sumSends, sumReceives: MessageRow

  /// Makes the messages of one rank; `sum` is a machine's sum.
  init(
    _ place: ExchangePlace, _ messenger: any Messenger, nodesTo: ExchangePlace.Buffers,
    nodesFrom: ExchangePlace.Buffers, sum: ExchangePlace.Buffers
  ) throws {
    let (own, count) = (place.machine, place.plan.machines.count)
    (machine, machines) = (own, count)
    nodeSends = try place.row(.send, messenger, nodesTo)
    nodeReceives = try place.row(.receive, messenger, nodesFrom)
    let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    let isScattered = place.bucket.isScattered
    sumSends = try place.row(.send, messenger) { _ in isScattered ? none : sum(own) }
    sumReceives = try place.row(.receive, messenger) { isScattered ? none : sum($0) }
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

  /// Goes on as far as that is possible without waiting: `join` adds up the own piece, `take` is told of each machine whose
  /// sum has come. Whether all is done.
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
