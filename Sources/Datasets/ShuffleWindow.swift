import Tensors

/// How an epoch orders samples in shards for disks that read a file fastest as a whole: the shards come in random order, and the
/// samples of some neighbouring ones are mixed.
///
/// The order is a function of seed and epoch alone.
struct ShuffleWindow {
  private let shards: [Range<Int>]
  private let size: Int

  /// Windows of `size` shards that have these samples.
  init(of shards: [Range<Int>], size: Int) { (self.shards, self.size) = (shards, size) }

  /// Puts the entries of an epoch, in ascending order, into the random order of their shards.
  /// - Parameter sample: the sample of an entry.
  /// - Returns: the windows, whose entries are still to be mixed.
  func arrange(
    _ order: UnsafeMutableBufferPointer<Int>, epoch: Int, _ random: Philox, sample: (_ entry: Int) -> Int
  ) -> [Range<Int>] {
    let shardOrder = shardOrder(epoch: epoch, random)
    var counts = [Int](repeating: 0, count: shards.count)
    for entry in order.indices { counts[shard(of: sample(entry))] += 1 }
    var next = counts
    var windows: [Range<Int>] = []
    var place = 0
    for first in stride(from: 0, to: shardOrder.count, by: size) {
      let start = place
      for shard in shardOrder[first..<min(first + size, shardOrder.count)] {
        next[shard] = place
        place += counts[shard]
      }
      windows.append(start..<place)
    }
    for entry in order.indices {
      let shard = shard(of: sample(entry))
      order[next[shard]] = entry
      next[shard] += 1
    }
    return windows
  }

  /// The samples of an epoch's first window, which are still to be mixed.
  func firstSamples(epoch: Int, _ random: Philox) -> [Int] {
    shardOrder(epoch: epoch, random).prefix(size).flatMap { Array(shards[$0]) }
  }

  /// The random order of the shards in an epoch.
  private func shardOrder(epoch: Int, _ random: Philox) -> [Int] {
    var order = Array(shards.indices)
    for index in order.indices.dropLast() {
      order.swapAt(index, random.integer(in: index...shards.count - 1, epoch: epoch, sample: index, element: 3))
    }
    return order
  }

  /// The shard that has a sample.
  private func shard(of sample: Int) -> Int {
    var (low, high) = (0, shards.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if shards[middle].lowerBound <= sample { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
