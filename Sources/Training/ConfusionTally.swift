import Collectives

/// Counts pairs of classes; each rank counts those of its samples.
struct ConfusionTally {
  private var counts: [Key: Int] = [:]

  private struct Key: Hashable {
    let actual, predicted: Int32
  }

  /// Counts a sample by its actual and its predicted class.
  mutating func add(actual: Int32, predicted: Int) {
    counts[Key(actual: actual, predicted: Int32(truncatingIfNeeded: predicted)), default: 0] += 1
  }

  /// The sums over all ranks, which are the same on every rank. Every rank calls it.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func sum(over communicator: any Communicator) throws -> ConfusionCounts {
    let own = counts.flatMap { [Int($0.key.actual), Int($0.key.predicted), $0.value] }
    let all = try communicator.gather(own).flatMap(\.self)
    var sums: [Key: Int] = [:]
    for first in stride(from: 0, to: all.count, by: 3) {
      sums[Key(actual: Int32(all[first]), predicted: Int32(all[first + 1])), default: 0] += all[first + 2]
    }
    let order = sums.sorted { ($0.key.actual, $0.key.predicted) < ($1.key.actual, $1.key.predicted) }
    return ConfusionCounts(
      pairs: order.map {
        ConfusionCounts.Pair(actual: Int($0.key.actual), predicted: Int($0.key.predicted), count: $0.value)
      })
  }
}
