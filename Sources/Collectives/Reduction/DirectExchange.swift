/// Long lanes: each machine gets a piece of the lane from all others, adds it up, and sends the sum to all.
///
/// Each rank sends and receives 2 (M − 1) messages, M being the number of machines. They carry as much as any allreduce
/// needs, where each machine has one tree node.
final class DirectExchange: Exchange {
  private let place: ExchangePlace
  private let machines: Int
  private let pieces: [Range<Int>]
  /// The machine's nodes, piece by piece, for sending; not used where they can be sent from where they lie.
  private let own: UnsafeMutablePointer<Float>
  private let isLying: Bool
  private let received: UnsafeMutablePointer<Float>
  private let local: NodeJoin
  private let final: NodeJoin
  private let nodeSends, nodeReceives, sumSends, sumReceives: MessageRow
  private(set) var isJoined = false

  init(_ place: ExchangePlace, _ messenger: any Messenger) throws {
    self.place = place
    let plan = place.plan
    let machines = plan.machines.count
    self.machines = machines
    pieces = place.elements.dividedAtGrains(into: machines)
    let nodes = (0..<machines).map { plan.nodes(ofMachines: $0..<$0 + 1) }
    let ownNodes = nodes[place.machine]
    let ownPiece = pieces[place.machine]
    local = NodeJoin(place.memory.pieces(), to: ownNodes)
    let lying = local.sums.count == 1 ? local.sums[0].only.map { UnsafeMutablePointer(mutating: $0) } : nil
    isLying = lying != nil
    own = allocateFloats(isLying ? 0 : ownNodes.count * place.elements.count)
    received = allocateFloats(nodes.reduce(0) { $0 + $1.count } * ownPiece.count)
    let own = own
    func start(_ piece: Range<Int>) -> UnsafeMutablePointer<Float> {
      lying.map { $0 + piece.lowerBound } ?? own + (piece.lowerBound - place.elements.lowerBound) * ownNodes.count
    }

    var parts: [NodeJoin.Piece] = []
    var nodeMessages: (sends: [(any Message)?], receives: [(any Message)?]) = ([], [])
    var sumMessages: (sends: [(any Message)?], receives: [(any Message)?]) = ([], [])
    var next = received
    for machine in 0..<machines {
      let values = machine == place.machine ? start(ownPiece) : next
      for (index, node) in nodes[machine].enumerated() {
        parts.append(NodeJoin.Piece(node: node, values: UnsafePointer(values + index * ownPiece.count)))
      }
      let isOther = machine != place.machine
      func message(
        _ direction: MessageDirection, _ start: UnsafeMutablePointer<Float>, _ count: Int
      ) throws -> (any Message)? {
        guard isOther, count > 0 else { return nil }
        let buffer = UnsafeMutableRawBufferPointer(start: start, count: count * floatSize)
        return try messenger.message(direction, buffer, peer: place.peer(machine), tag: place.tag)
      }
      let piece = pieces[machine]
      let result = place.memory.result
      nodeMessages.sends.append(try message(.send, start(piece), piece.count * ownNodes.count))
      nodeMessages.receives.append(try message(.receive, next, ownPiece.count * nodes[machine].count))
      sumMessages.sends.append(try message(.send, result + ownPiece.lowerBound, ownPiece.count))
      sumMessages.receives.append(try message(.receive, result + piece.lowerBound, piece.count))
      if isOther { next += nodes[machine].count * ownPiece.count }
    }
    final = NodeJoin(parts, to: [0..<plan.tree.shardCount])
    (nodeSends, nodeReceives) = (MessageRow(nodeMessages.sends), MessageRow(nodeMessages.receives))
    (sumSends, sumReceives) = (MessageRow(sumMessages.sends), MessageRow(sumMessages.receives))
  }

  deinit {
    own.deallocate()
    received.deallocate()
  }

  func begin(slot: Int) throws {
    isJoined = false
    for machine in 0..<machines {
      try nodeReceives.start(machine)
      try sumReceives.start(machine)
    }
    // Each machine begins with the one behind it, so that not all write to one.
    for step in 1...machines {
      let machine = (place.machine + step) % machines
      if !isLying { addUp(pieces[machine]) }
      try nodeSends.start(machine)
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
    if !isJoined {
      guard try nodeReceives.areComplete() else { return false }
      let piece = pieces[place.machine]
      for sum in final.sums { sum.run(into: place.memory.result + piece.lowerBound, offset: 0, count: piece.count) }
      isJoined = true
      for step in 1..<machines { try sumSends.start((place.machine + step) % machines) }
    }
    guard try sumReceives.areComplete(), try nodeSends.areComplete() else { return false }
    return try sumSends.areComplete()
  }
}
