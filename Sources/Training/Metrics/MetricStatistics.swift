import Collectives

/// Counts and exact sums over rows of outputs, from which metrics follow. The order of the rows does not matter.
protocol MetricStatistics {
  /// What a row contributes.
  associatedtype Row: SampleRow

  /// Adds a row a number of times.
  mutating func add(_ row: Row, times: Int)
  /// Adds the statistics of all other ranks; every rank calls it.
  mutating func sum(over communicator: any Communicator) throws
  /// A metric's value for each class, label or output; empty if it has none.
  func parts(of metric: Metric) -> [Double?]
  /// A metric's value; nil if it is not defined for these rows, or needs the order of scores.
  func value(of metric: Metric) -> Double?
}

/// What a row of outputs contributes to statistics. It is copied from rank to rank.
protocol SampleRow: BitwiseCopyable {
  /// The sample's index in its data set.
  var sample: Int32 { get }
}

/// The counts of a class or a label.
struct HitCounts: Equatable {
  /// How often it occurs.
  var actual = 0
  /// How often it is predicted.
  var predicted = 0
  /// How often both.
  var both = 0

  /// The share of its predictions that are right; 0 if there are none, as in scikit-learn.
  var precision: Double { predicted > 0 ? Double(both) / Double(predicted) : 0 }
  /// The share of its occurrences that are predicted; 0 if there are none.
  var recall: Double { actual > 0 ? Double(both) / Double(actual) : 0 }
  /// The harmonic mean of both; 0 if it neither occurs nor is predicted.
  var f1: Double { actual + predicted > 0 ? 2 * Double(both) / Double(actual + predicted) : 0 }

  /// Both counts together.
  static func + (a: HitCounts, b: HitCounts) -> HitCounts {
    HitCounts(actual: a.actual + b.actual, predicted: a.predicted + b.predicted, both: a.both + b.both)
  }
}

extension [HitCounts] {
  /// The counts of all, three for each.
  var numbers: [Int] { flatMap { [$0.actual, $0.predicted, $0.both] } }

  /// The counts that `numbers` gave.
  init(numbers: ArraySlice<Int>) {
    self = stride(from: numbers.startIndex, to: numbers.endIndex, by: 3).map {
      HitCounts(actual: numbers[$0], predicted: numbers[$0 + 1], both: numbers[$0 + 2])
    }
  }

  /// Precision, recall or F1, as the metric says, of each; empty for other metrics.
  func parts(of metric: Metric) -> [Double] {
    switch metric {
    case .macroPrecision, .weightedPrecision: map(\.precision)
    case .macroRecall, .weightedRecall: map(\.recall)
    case .macroF1, .weightedF1: map(\.f1)
    default: []
    }
  }

  /// A mean of precision, recall or F1, as the metric says; nil for other metrics, or if there is nothing to average.
  func mean(of metric: Metric) -> Double? {
    let parts = parts(of: metric)
    switch metric {
    case .weightedPrecision, .weightedRecall, .weightedF1:
      let all = reduce(0) { $0 + $1.actual }
      return all > 0 && !parts.isEmpty
        ? zip(parts, self).reduce(0) { $0 + $1.0 * Double($1.1.actual) } / Double(all) : nil
    default: return parts.isEmpty ? nil : parts.reduce(0, +) / Double(parts.count)
    }
  }
}

extension [Double?] {
  /// The mean of those that are defined; nil if none is.
  var mean: Double? {
    let defined = compactMap(\.self)
    return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
  }
}

/// Numbers of all ranks, added.
struct SummedNumbers {
  private(set) var counts: [Int] = []
  private(set) var sums: [ExactSum] = []

  /// Adds counts and sums over all ranks; every rank gives as many.
  init(counts: [Int], sums: [ExactSum], over communicator: any Communicator) throws {
    let own = counts.map(Int64.init) + sums.flatMap(\.words)
    let all = try communicator.gather(own, counts: Array(repeating: own.count, count: communicator.size))
    self.counts = Array(repeating: 0, count: counts.count)
    self.sums = Array(repeating: ExactSum(), count: sums.count)
    for rank in 0..<communicator.size {
      let words = all[rank * own.count..<(rank + 1) * own.count]
      for index in counts.indices { self.counts[index] += Int(words[words.startIndex + index]) }
      let first = words.startIndex + counts.count
      for index in sums.indices {
        let start = first + index * ExactSum.wordCount
        self.sums[index].add(ExactSum(words: words[start..<start + ExactSum.wordCount]))
      }
    }
  }
}
