/// The messages of an exchange in pieces: every machine gets its piece of all machines' nodes, adds it up, and sends the sum
/// to all. A rank sends and receives 2 (M − 1) messages, M being the number of machines.
final class PieceMessages {
  /// What goes to a machine, or comes from it; empty where nothing does.
  typealias Buffers = (_ machine: Int) -> UnsafeMutableRawBufferPointer

  /// Whether the own piece is added up, and all that is still to come are sums that others have made.
  private(set) var isJoined = false
  private let machine, machines: Int
  private let nodeSends, nodeReceives, sumSends, sumReceives: MessageRow

  /// Makes the messages of one rank.
  init(
    _ place: ExchangePlace, _ messenger: any Messenger, nodesTo: Buffers, nodesFrom: Buffers, sumTo: Buffers,
    sumFrom: Buffers
  ) throws {
    let (own, count) = (place.machine, place.plan.machines.count)
    (machine, machines) = (own, count)
    func row(_ direction: MessageDirection, _ buffers: Buffers) throws -> MessageRow {
      try MessageRow(
        (0..<count).map { peer in
          guard peer != own, !buffers(peer).isEmpty else { return nil }
          return try messenger.message(direction, buffers(peer), peer: place.peer(peer), tag: place.tag)
        })
    }
    nodeSends = try row(.send, nodesTo)
    nodeReceives = try row(.receive, nodesFrom)
    sumSends = try row(.send, sumTo)
    sumReceives = try row(.receive, sumFrom)
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
