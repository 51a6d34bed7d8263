/// Long lanes: each machine gets a piece of the lane from all others, adds it up, and sends the sum to all unless it is
/// scattered. What travels is as much as any allreduce needs, where each machine has one tree node.
final class DirectExchange: Exchange {
  private let place: ExchangePlace
  private let pieces: [Range<Int>]
  /// The machine's nodes, piece by piece, for sending; not used where they can be sent from where they lie.
  private let own: UnsafeMutablePointer<Float>
  private let isLying: Bool
  private let received: UnsafeMutablePointer<Float>
  private let local: NodeJoin
  private let final: NodeJoin
  private let messages: PieceMessages

  init(_ place: ExchangePlace, _ messenger: any Messenger) throws {
    self.place = place
    let plan = place.plan
    let machines = plan.machines.indices
    let pieces = place.pieces
    self.pieces = pieces
    let nodes = machines.map { plan.nodes(ofMachines: $0..<$0 + 1) }
    let ownNodes = nodes[place.machine]
    let ownPiece = pieces[place.machine]
    local = NodeJoin(place.memory.pieces(), to: ownNodes)
    let lying = local.sums.count == 1 ? local.sums[0].only.map { UnsafeMutablePointer(mutating: $0) } : nil
    isLying = lying != nil
    let own = allocateFloats(isLying ? 0 : ownNodes.count * place.elements.count)
    self.own = own
    let others = machines.map { $0 == place.machine ? 0 : nodes[$0].count * ownPiece.count }
    let received = allocateFloats(others.reduce(0, +))
    self.received = received

    func outgoing(_ machine: Int) -> UnsafeMutablePointer<Float> {
      let start = pieces[machine].lowerBound
      return lying.map { $0 + start } ?? own + (start - place.elements.lowerBound) * ownNodes.count
    }
    func incoming(_ machine: Int) -> UnsafeMutablePointer<Float> { received + others[..<machine].reduce(0, +) }
    let parts = machines.flatMap { machine in
      let values = machine == place.machine ? outgoing(machine) : incoming(machine)
      return nodes[machine].enumerated().map { index, node in
        NodeJoin.Piece(node: node, values: UnsafePointer(values + index * ownPiece.count))
      }
    }
    final = NodeJoin(parts, to: [0..<plan.tree.shardCount])

    func bytes(_ start: UnsafeMutablePointer<Float>, _ count: Int) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: start, count: count))
    }
    func sum(_ machine: Int) -> UnsafeMutableRawBufferPointer {
      bytes(place.memory.result + pieces[machine].lowerBound, pieces[machine].count)
    }
    messages = try PieceMessages(
      place, messenger, nodesTo: { bytes(outgoing($0), pieces[$0].count * ownNodes.count) },
      nodesFrom: { bytes(incoming($0), others[$0]) }, sum: sum)
  }

  deinit {
    own.deallocate()
    received.deallocate()
  }

  var isJoined: Bool { messages.isJoined }

  func begin(slot: Int) throws {
    try messages.begin { machine in
      if !isLying { addUp(pieces[machine]) }
    }
  }

  /// Puts a piece of the machine's nodes where it is sent from.
  private func addUp(_ piece: Range<Int>) {
    let start = own + (piece.lowerBound - place.elements.lowerBound) * local.sums.count
    for (index, sum) in local.sums.enumerated() {
      sum.run(into: start + index * piece.count, offset: piece.lowerBound, count: piece.count)
    }
  }

  func advance() throws -> Bool {
    try messages.advance(join: {
      let piece = pieces[place.machine]
      for sum in final.sums { sum.run(into: place.memory.result + piece.lowerBound, offset: 0, count: piece.count) }
    })
  }
}
