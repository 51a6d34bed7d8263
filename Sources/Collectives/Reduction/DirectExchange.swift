/// Long lanes: each machine gets a piece of the lane from all others, adds it up, and sends the sum to all.
///
/// Each rank sends and receives 2 (M − 1) messages, M being the number of machines. They carry as much as any allreduce
/// needs, where each machine has one tree node.
final class DirectExchange: Exchange {
  private let place: ExchangePlace
  private let machines: Int
  private let pieces: [Range<Int>]
  /// The machine's nodes, piece by piece, for sending.
  private let own: UnsafeMutablePointer<Float>
  private let received: UnsafeMutablePointer<Float>
  private let local: NodeJoin
  private let final: NodeJoin
  private var nodeMessages: (sends: [(any Message)?], receives: [(any Message)?]) = ([], [])
  private var sumMessages: (sends: [(any Message)?], receives: [(any Message)?]) = ([], [])
  private var isJoined = false
  private var waitsFor = 0

  init(_ place: ExchangePlace, _ messenger: any Messenger) throws {
    self.place = place
    let plan = place.plan
    let machines = plan.machines.count
    self.machines = machines
    pieces = place.elements.dividedAtGrains(into: machines)
    let nodes = (0..<machines).map { plan.nodes(ofMachines: $0..<$0 + 1) }
    let ownNodes = nodes[place.machine]
    let ownPiece = pieces[place.machine]
    own = allocateFloats(ownNodes.count * place.elements.count)
    received = allocateFloats(nodes.reduce(0) { $0 + $1.count } * ownPiece.count)
    local = NodeJoin(place.memory.pieces(), to: ownNodes)

    var parts: [NodeJoin.Piece] = []
    var next = received
    for machine in 0..<machines {
      let kept = own + (ownPiece.lowerBound - place.elements.lowerBound) * ownNodes.count
      let values = machine == place.machine ? kept : next
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
      nodeMessages.sends.append(
        try message(
          .send, own + (piece.lowerBound - place.elements.lowerBound) * ownNodes.count, piece.count * ownNodes.count))
      nodeMessages.receives.append(try message(.receive, next, ownPiece.count * nodes[machine].count))
      sumMessages.sends.append(try message(.send, result + ownPiece.lowerBound, ownPiece.count))
      sumMessages.receives.append(try message(.receive, result + piece.lowerBound, piece.count))
      if isOther { next += nodes[machine].count * ownPiece.count }
    }
    final = NodeJoin(parts, to: [0..<plan.tree.shardCount])
  }

  deinit {
    own.deallocate()
    received.deallocate()
  }

  func begin(slot: Int) throws {
    isJoined = false
    waitsFor = 0
    for machine in 0..<machines {
      try nodeMessages.receives[machine]?.start()
      try sumMessages.receives[machine]?.start()
    }
    // Each machine begins with the one behind it, so that not all write to one.
    for step in 1...machines {
      let machine = (place.machine + step) % machines
      let piece = pieces[machine]
      let start = own + (piece.lowerBound - place.elements.lowerBound) * local.sums.count
      for (index, sum) in local.sums.enumerated() {
        sum.run(into: start + index * piece.count, offset: piece.lowerBound, count: piece.count)
      }
      try nodeMessages.sends[machine]?.start()
    }
  }

  func advance() throws -> Bool {
    if !isJoined {
      guard try areComplete(nodeMessages.receives) else { return false }
      let piece = pieces[place.machine]
      for sum in final.sums { sum.run(into: place.memory.result + piece.lowerBound, offset: 0, count: piece.count) }
      isJoined = true
      for step in 1..<machines { try sumMessages.sends[(place.machine + step) % machines]?.start() }
    }
    if waitsFor < 2 * machines, try !areComplete(sumMessages.receives, from: machines) { return false }
    if waitsFor < 3 * machines, try !areComplete(nodeMessages.sends, from: 2 * machines) { return false }
    return try areComplete(sumMessages.sends, from: 3 * machines)
  }

  /// Goes through messages one after the other, going on where it stopped the last time; `waitsFor` starts at `first`.
  private func areComplete(_ messages: [(any Message)?], from first: Int = 0) throws -> Bool {
    while waitsFor < first + machines {
      guard try messages[waitsFor - first]?.isComplete() ?? true else { return false }
      waitsFor += 1
    }
    return true
  }
}
