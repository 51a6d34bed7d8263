/// Exchanges long stripes: each machine gets its piece of the stripe from all others, sums it, and sends the sum to all
/// unless it is scattered. If each machine has one tree node, no allreduce can send less.
final class DirectExchange: Exchange {
  private let place: ExchangePlace
  private let pieces: [Range<Int>]
  /// Adds the nodes of the machine's ranks to the machine's nodes.
  private let local: [TreeJoin]
  /// The machine's nodes, piece by piece, for sending. Unused if the only node is sent directly.
  private let own: UnsafeMutablePointer<Float>
  private let received: UnsafeMutablePointer<Float>
  private let final: TreeJoin
  private let messages: PieceMessages

  init(_ place: ExchangePlace) throws {
    self.place = place
    let (plan, start) = (place.plan, place.elements.lowerBound)
    let machines = plan.machines.indices
    let pieces = place.pieces
    self.pieces = pieces
    let nodes = machines.map { plan.nodes(ofMachines: $0..<$0 + 1) }
    let ownNodes = nodes[place.machine]
    let ownPiece = pieces[place.machine]
    let local = ownNodes.map { TreeJoin(place.nodeValues, to: $0) }
    self.local = local
    let only = local.count == 1 ? local[0].only.map { UnsafeMutablePointer(mutating: $0) } : nil
    let own = allocateFloats(only == nil ? ownNodes.count * place.elements.count : 0)
    self.own = own
    let sent = only ?? own
    let others = machines.map { $0 == place.machine ? 0 : nodes[$0].count * ownPiece.count }
    let received = allocateFloats(others.reduce(0, +))
    self.received = received

    func outgoing(_ machine: Int) -> UnsafeMutablePointer<Float> {
      sent + (pieces[machine].lowerBound - start) * ownNodes.count
    }
    func incoming(_ machine: Int) -> UnsafeMutablePointer<Float> { received + others[..<machine].reduce(0, +) }
    let leaves = machines.flatMap { machine in
      let values = machine == place.machine ? outgoing(machine) : incoming(machine)
      return nodes[machine].enumerated().map { index, node in
        NodeValues(node: node, values: .floats(values + index * ownPiece.count))
      }
    }
    final = TreeJoin(leaves, to: place.root)
    messages = try PieceMessages(
      place, nodesTo: { outgoing($0).bytes(pieces[$0].count * ownNodes.count) },
      nodesFrom: { incoming($0).bytes(others[$0]) },
      sum: { (place.memory.result + pieces[$0].lowerBound).bytes(pieces[$0].count) })
  }

  deinit {
    own.deallocate()
    received.deallocate()
  }

  var isJoined: Bool { messages.isJoined }

  func begin(turn: Int) throws { try messages.begin { addUp(pieces[$0]) } }

  /// Sums a piece of the machine's nodes into the memory for sending.
  private func addUp(_ piece: Range<Int>) {
    guard local.count > 1 || local[0].only == nil else { return }
    let offset = piece.lowerBound - place.elements.lowerBound
    for (index, node) in local.enumerated() {
      node.run(into: own + offset * local.count + index * piece.count, offset: offset, count: piece.count)
    }
  }

  func advance() throws -> Bool {
    try messages.advance(join: {
      let piece = pieces[place.machine]
      final.run(into: place.memory.result + piece.lowerBound, offset: 0, count: piece.count)
    })
  }
}
