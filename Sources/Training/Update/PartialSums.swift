import Collectives
import Optimizers

/// Exchanges partial sums between ranks that have slices of a vector. Allocates nothing after `init`.
final class PartialSums {
  private let sums: BlockSums
  /// The ranges of partial sums that each rank has.
  private let parts: [[Range<Int>]]
  private let rank: Int
  /// Partial sums travel as status words.
  private let exchange: StatusExchange

  /// Prepares for sums of which each rank computes those of its slices. Every rank makes it with the same arguments.
  init(_ sums: BlockSums, slices: [[Range<Int>]], communicator: any Communicator) throws {
    self.sums = sums
    parts = slices.map { sums.parts(of: $0) }
    rank = communicator.rank
    let most = parts.map { $0.reduce(0) { $0 + $1.count } }.max() ?? 0
    exchange = try StatusExchange(count: max(1, most), communicator: communicator)
  }

  /// Exchanges the partial sums of all ranks.
  func gather() throws {
    if let own = exchange.status.own.baseAddress { sums.pack(parts[rank], into: own) }
    try exchange.run()
    for other in parts.indices where other != rank {
      if let words = exchange.status[other].baseAddress { sums.unpack(parts[other], from: words) }
    }
  }
}
