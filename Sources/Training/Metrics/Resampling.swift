import Tensors

/// How to find intervals of metrics by the bootstrap (Efron 1979): the samples are drawn anew, with replacement, and the metrics
/// measured again.
public struct Resampling: Sendable {
  /// The number of times the samples are drawn.
  public var count: Int
  /// The seed of the draws.
  public var seed: UInt64

  /// The usual number of draws.
  public static let usualCount = 1000
  /// The share of the values that the interval leaves out at each end.
  private static let tail = 0.025

  /// Draws `count` times.
  public init(count: Int = usualCount, seed: UInt64 = 1) {
    self.count = count
    self.seed = seed
  }

  /// How often each of some samples is drawn.
  func times(resample: Int, samples: Int) -> [Int32] {
    let random = Philox(seed: seed, purpose: .resampling)
    var times = [Int32](repeating: 0, count: samples)
    for first in stride(from: 0, to: samples, by: 4) {
      let words = random.words(sample: resample, block: first / 4)
      for place in 0..<min(4, samples - first) {
        times[Philox.integer(words[place], in: 0...samples - 1)] += 1
      }
    }
    return times
  }

  /// The interval between two quantiles of the values, interpolated; values that are not defined are left out.
  static func interval(of values: [Double?]) -> MetricValue.Interval? {
    let sorted = values.compactMap(\.self).sorted()
    guard !sorted.isEmpty else { return nil }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let (lower, rest) = (Int(place), place - place.rounded(.down))
      return lower + 1 < sorted.count ? sorted[lower] + rest * (sorted[lower + 1] - sorted[lower]) : sorted[lower]
    }
    return MetricValue.Interval(low: quantile(tail), high: quantile(1 - tail))
  }
}
