/// The messages of an exchange in pieces: every machine gets its piece of all machines' nodes, sums it, and sends the sum to
/// all. With M machines a rank sends and receives 2 (M − 1) messages; M − 1 if sums are scattered.
final class PieceMessages {
  /// Whether this machine's piece is summed, so that only sums of other machines are missing.
  private(set) var isJoined = false
  private let machine, machines: Int
  private let nodeSends, nodeReceives, sumSends, sumReceives: MessageRow

  /// The messages of one rank; `sum` gives the memory of a machine's sum.
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

  /// Begins. `prepare` computes the nodes for a machine, including this one, right before they are sent.
  func begin(_ prepare: (_ machine: Int) -> Void) throws {
    isJoined = false
    for machine in 0..<machines {
      try nodeReceives.start(machine)
      try sumReceives.start(machine)
    }
    // Each machine begins with its successor, so that not all send to the same one.
    for step in 1...machines {
      let other = (machine + step) % machines
      prepare(other)
      try nodeSends.start(other)
    }
  }

  /// Does all that is possible without waiting: `join` sums this machine's piece; `take` is called for each machine whose
  /// sum has arrived. Returns whether all is done.
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
