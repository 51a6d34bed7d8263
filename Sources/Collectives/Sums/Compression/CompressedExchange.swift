import CKernels

/// Exchanges compressed stripes, in 16 bits a value: each machine gets its piece of the stripe from all others, sums it, and
/// sends the sum to all unless it is scattered. A part is rounded as soon as it is complete: on its machine, or, if several
/// machines have shards of it, by the machine that sums the piece, which also rounds the total.
final class CompressedExchange: Exchange {
  private let place: ExchangePlace
  private let pieces: [Range<Int>]
  private let format: Compression.Format
  /// Adds the nodes of the machine's ranks to the machine's nodes.
  private let local: [TreeJoin]
  /// Adds the nodes of all machines to the sum.
  private let final: TreeJoin
  /// The nodes for each machine, including this one.
  private let outgoing: [CompressedParcel]
  /// The nodes from each machine.
  private let incoming: [CompressedParcel]
  /// The stripe's sum in 16 bits.
  private let sums: UnsafeMutablePointer<UInt16>
  private let messages: PieceMessages

  init(_ place: ExchangePlace, _ rounding: Rounding) throws {
    self.place = place
    let (plan, elements, machine) = (place.plan, place.elements, place.machine)
    let machines = plan.machines.indices
    format = rounding.format
    let pieces = place.pieces
    self.pieces = pieces
    let own = pieces[machine]
    let nodes = machines.map { plan.nodes(ofMachines: $0..<$0 + 1) }
    local = nodes[machine].map { TreeJoin(place.nodeValues, to: $0, rounding: rounding) }
    let outgoing = pieces.map { CompressedParcel(nodes[machine], count: $0.count, tree: plan.tree) }
    let incoming = machines.map {
      $0 == machine ? outgoing[$0] : CompressedParcel(nodes[$0], count: own.count, tree: plan.tree)
    }
    (self.outgoing, self.incoming) = (outgoing, incoming)
    final = TreeJoin(incoming.flatMap(\.nodeValues), to: place.root, rounding: rounding.total(of: own))
    let sums = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, elements.count))
    sums.initialize(repeating: 0, count: max(1, elements.count))
    self.sums = sums

    func sum(_ piece: Range<Int>) -> UnsafeMutableRawBufferPointer {
      let start = sums + (piece.lowerBound - elements.lowerBound)
      return UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: start, count: piece.count))
    }
    messages = try PieceMessages(
      place, nodesTo: { outgoing[$0].bytes }, nodesFrom: { incoming[$0].bytes }, sum: { sum(pieces[$0]) })
  }

  deinit {
    sums.deallocate()
  }

  var isJoined: Bool { messages.isJoined }

  func begin(turn: Int) throws {
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
        final.run(into: place.memory.result + piece.lowerBound, packed: sums + start, offset: 0, count: piece.count)
      }, take: unpack)
  }

  /// Unpacks the sum of another machine's piece.
  private func unpack(_ machine: Int) {
    let piece = pieces[machine]
    guard machine != place.machine, !place.bucket.isScattered else { return }
    let start = piece.lowerBound - place.elements.lowerBound
    dpt_unpack_halves(sums + start, place.memory.result + piece.lowerBound, piece.count, format.kernel)
  }
}
