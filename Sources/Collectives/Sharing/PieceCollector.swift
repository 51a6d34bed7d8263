/// Collects a vector that is divided among the ranks on rank 0. `init` allocates all memory.
public final class PieceCollector {
  private let own: [Range<Int>]
  /// This rank's pieces, one after the other, to be sent to rank 0.
  private let outgoing: UnsafeMutablePointer<Float>
  /// On rank 0, the pieces of each other rank, one after the other.
  private let incoming: [UnsafeMutablePointer<Float>]
  private let others: [[Range<Int>]]
  private let messages: MessageRow
  private let peers: PeerWait

  /// Prepares for vectors whose pieces are `pieces[rank]`. Every rank makes it with the same arguments.
  /// - Throws: `Failure` if the transport fails.
  public init(_ pieces: [[Range<Int>]], communicator: any Communicator) throws {
    let lengths = pieces.map { $0.reduce(0) { $0 + $1.count } }
    let (rank, isRoot) = (communicator.rank, communicator.isRoot)
    own = pieces[rank]
    let outgoing = allocateFloats(isRoot ? 0 : lengths[rank])
    self.outgoing = outgoing
    others = isRoot ? Array(pieces.dropFirst()) : []
    let incoming = isRoot ? lengths.dropFirst().map { allocateFloats($0) } : []
    self.incoming = incoming
    let tag = communicator.takeTags(1)
    func message(_ direction: MessageDirection, _ floats: UnsafeMutablePointer<Float>, _ length: Int, _ peer: Int)
      throws -> (any Message)?
    {
      guard length > 0 else { return nil }
      return try communicator.message(direction, floats.bytes(length), peer: peer, tag: tag)
    }
    messages = try MessageRow(
      isRoot
        ? incoming.indices.map { try message(.receive, incoming[$0], lengths[$0 + 1], $0 + 1) }
        : [message(.send, outgoing, lengths[rank], 0)])
    peers = PeerWait(messenger: communicator, isOversubscribed: communicator.isOversubscribed)
  }

  deinit {
    outgoing.deallocate()
    for floats in incoming { floats.deallocate() }
  }

  /// Collects the vector in `whole`, which only rank 0 passes. `values` is a whole vector in which the rank's pieces are
  /// valid; or, if `isJoined`, only these pieces, one after the other. Every rank calls it.
  /// - Throws: `Failure` if the transport fails.
  public func collect(
    _ values: UnsafePointer<Float>, isJoined: Bool = false, into whole: UnsafeMutablePointer<Float>?
  ) throws {
    var offset = 0
    for piece in own {
      let target = whole.map { $0 + piece.lowerBound } ?? outgoing + offset
      target.update(from: values + (isJoined ? offset : piece.lowerBound), count: piece.count)
      offset += piece.count
    }
    try messages.start()
    try peers.wait {
      try messages.areComplete()
    } neighbours: { _, _ in
      nil
    }
    guard let whole else { return }
    for (pieces, floats) in zip(others, incoming) {
      var next = UnsafePointer(floats)
      for piece in pieces {
        (whole + piece.lowerBound).update(from: next, count: piece.count)
        next += piece.count
      }
    }
  }
}
