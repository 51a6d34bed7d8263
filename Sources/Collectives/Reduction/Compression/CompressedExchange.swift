import CKernels

/// Compressed lanes, which travel as long ones do: each machine gets a piece of the lane from all others, adds it up, and
/// sends the sum to all unless it is scattered, in 16 bits a value. A part is rounded where it is complete: on its machine,
/// or, where several have shards of it, by who adds up the piece, as the total is.
final class CompressedExchange: Exchange {
  private let place: ExchangePlace
  private let pieces: [Range<Int>]
  private let format: Compression.Format
  /// The machine's nodes, from those of its ranks.
  private let local: [RoundingJoin]
  /// The sum, from the nodes of all machines.
  private let final: RoundingJoin
  /// What goes to each machine; its own is what it keeps.
  private let outgoing: [CompressedParcel]
  /// What comes from each machine.
  private let incoming: [CompressedParcel]
  /// The lane's sum in 16 bits.
  private let sums: UnsafeMutablePointer<UInt16>
  private let messages: PieceMessages

  init(_ place: ExchangePlace, _ rounding: Rounding, _ messenger: any Messenger) throws {
    self.place = place
    let (plan, elements, machine) = (place.plan, place.elements, place.machine)
    let machines = plan.machines.count
    format = rounding.format
    let pieces = place.pieces
    self.pieces = pieces
    let own = pieces[machine]
    let nodes = (0..<machines).map { plan.nodes(ofMachines: $0..<$0 + 1) }
    let ranks = place.rankNodes
    local = nodes[machine].map { RoundingJoin(ranks, to: $0, elements: elements, rounding) }
    let outgoing = pieces.map { CompressedParcel(nodes[machine], count: $0.count, tree: plan.tree) }
    let incoming = (0..<machines).map {
      $0 == machine ? outgoing[$0] : CompressedParcel(nodes[$0], count: own.count, tree: plan.tree)
    }
    (self.outgoing, self.incoming) = (outgoing, incoming)
    final = RoundingJoin(
      incoming.flatMap(\.pieces), to: 0..<plan.tree.shardCount, elements: own, isTotal: true, rounding)
    let sums = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, elements.count))
    sums.initialize(repeating: 0, count: max(1, elements.count))
    self.sums = sums

    func sum(_ piece: Range<Int>) -> UnsafeMutableRawBufferPointer {
      let start = sums + (piece.lowerBound - elements.lowerBound)
      return UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: start, count: piece.count))
    }
    messages = try PieceMessages(
      place, messenger, nodesTo: { outgoing[$0].bytes }, nodesFrom: { incoming[$0].bytes }, sum: { sum(pieces[$0]) })
  }

  deinit {
    sums.deallocate()
  }

  var isJoined: Bool { messages.isJoined }

  func begin(slot: Int) throws {
    try messages.begin { machine in
      let piece = pieces[machine]
      for (node, sum) in local.enumerated() {
        outgoing[machine].write(
          node, sum, offset: piece.lowerBound - place.elements.lowerBound, count: piece.count)
      }
    }
  }

  func advance() throws -> Bool {
    try messages.advance(
      join: {
        let piece = pieces[place.machine]
        let start = piece.lowerBound - place.elements.lowerBound
        final.run(offset: 0, count: piece.count, into: place.memory.result + piece.lowerBound, packed: sums + start)
      }, take: unpack)
  }

  /// Takes over the sum of another machine's piece.
  private func unpack(_ machine: Int) {
    let piece = pieces[machine]
    guard machine != place.machine, !place.bucket.isScattered else { return }
    let start = piece.lowerBound - place.elements.lowerBound
    dpt_unpack_halves(sums + start, place.memory.result + piece.lowerBound, piece.count, format.kernel)
  }
}
