/// How many samples there are of each length.
package struct LengthCounts: Equatable, Sendable {
  /// The number of samples of each length, from 0 on.
  private let counts: [Int]

  /// The lengths of all samples of a data set.
  init(of data: any Dataset) {
    var counts = [Int](repeating: 0, count: data.inputShape.steps + 1)
    for index in 0..<data.count { counts[min(data.length(of: index), counts.count - 1)] += 1 }
    self.counts = counts
  }

  /// The number of samples.
  package var count: Int { counts.reduce(0, +) }
  /// The least length.
  package var least: Int { counts.firstIndex { $0 > 0 } ?? 0 }
  /// The greatest length.
  package var most: Int { counts.lastIndex { $0 > 0 } ?? 0 }
  /// The length of the sample in the middle; of an even number of samples, the mean of the two in the middle, as NumPy's.
  package var median: Double { Double(length(ofRank: (count - 1) / 2) + length(ofRank: count / 2)) / 2 }

  /// The length of a sample, counted from the shortest on.
  private func length(ofRank rank: Int) -> Int {
    var sum = 0
    return counts.firstIndex {
      sum += $0
      return sum > rank
    } ?? 0
  }

  /// The mean length.
  package var mean: Double {
    Double(counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / Double(max(count, 1))
  }

  /// The numbers of samples in at most `limit` ranges of lengths, all of one size, from the least length to the greatest.
  package func histogram(_ limit: Int) -> [(lengths: ClosedRange<Int>, samples: Int)] {
    let size = (most - least + limit) / limit
    return stride(from: least, through: most, by: size).map { start in
      let end = start + size - 1
      return (start...end, counts[start...min(end, most)].reduce(0, +))
    }
  }
}
