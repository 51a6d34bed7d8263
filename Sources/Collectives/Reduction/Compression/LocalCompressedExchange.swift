/// The exchange of a machine that has all ranks: there is nobody to exchange with, but the sum is rounded as if there were.
final class LocalCompressedExchange: Exchange {
  private let place: ExchangePlace
  private let join: RoundingJoin

  init(_ place: ExchangePlace, _ rounding: Rounding) {
    self.place = place
    join = RoundingJoin(
      place.rankNodes, to: 0..<place.plan.tree.shardCount, elements: place.elements, isTotal: true, rounding)
  }

  let isJoined = true

  func begin(slot: Int) {
    let elements = place.elements
    join.run(offset: 0, count: elements.count, into: place.memory.result + elements.lowerBound)
  }

  func advance() -> Bool { true }
}

extension ExchangePlace {
  /// The nodes of the machine's ranks, from the lane's first element on.
  var rankNodes: [RoundingJoin.Piece] {
    memory.pieces().map { RoundingJoin.Piece(node: $0.node, values: .floats($0.values + elements.lowerBound)) }
  }
}
