import Collectives
import Optimizers

/// Lets ranks that have slices of a vector give each other the partial sums of these. Allocates nothing after `init`.
final class PartialSums {
  private let sums: BlockSums
  /// Which of the partial sums each rank has.
  private let parts: [[Range<Int>]]
  private let rank: Int
  private let width: Int
  /// Control words go from each rank to all; there is nothing to be added.
  private let messenger: TreeReducer

  /// Prepares for sums of which each rank has those of its slices; every rank makes it alike.
  init(_ sums: BlockSums, slices: [[Range<Int>]], communicator: any Communicator) throws {
    self.sums = sums
    parts = slices.map { sums.parts(of: $0) }
    rank = communicator.rank
    width = parts.map { $0.reduce(0) { $0 + $1.count } }.max() ?? 0
    messenger = try TreeReducer(
      communicator: communicator, tree: ReductionTree(shards: communicator.size), elementCount: 0, controlCount: width)
  }

  /// Gives all ranks the partial sums of all.
  func gather() throws {
    guard let own = messenger.control.baseAddress, let all = messenger.controls.baseAddress else { return }
    sums.pack(parts[rank], into: own)
    try messenger.reduce()
    for other in parts.indices where other != rank { sums.unpack(parts[other], from: all + other * width) }
  }
}
