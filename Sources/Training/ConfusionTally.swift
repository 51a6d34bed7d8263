import Collectives

/// Counts pairs of classes; each rank counts those of its samples.
struct ConfusionTally {
  private var pairs: [Key: Int] = [:]

  private struct Key: Hashable {
    let actual, predicted: Int32
  }

  /// Counts a sample by its actual and its predicted class, a number of times.
  mutating func add(actual: Int32, predicted: Int, times: Int = 1) {
    pairs[Key(actual: actual, predicted: Int32(truncatingIfNeeded: predicted)), default: 0] += times
  }

  /// This rank's counts.
  var counts: ConfusionCounts {
    let order = pairs.sorted { ($0.key.actual, $0.key.predicted) < ($1.key.actual, $1.key.predicted) }
    return ConfusionCounts(
      pairs: order.map {
        ConfusionCounts.Pair(actual: Int($0.key.actual), predicted: Int($0.key.predicted), count: $0.value)
      })
  }

  /// The sums over all ranks, which are the same on every rank. Every rank calls it.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func sum(over communicator: any Communicator) throws -> ConfusionCounts {
    let own = pairs.flatMap { [Int($0.key.actual), Int($0.key.predicted), $0.value] }
    let all = try communicator.gather(own).flatMap(\.self)
    var sums = ConfusionTally()
    for first in stride(from: 0, to: all.count, by: 3) {
      sums.add(actual: Int32(all[first]), predicted: all[first + 1], times: all[first + 2])
    }
    return sums.counts
  }
}
