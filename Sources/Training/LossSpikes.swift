/// A stretch of a loss curve that stands out above what came before.
public struct LossSpike: Equatable, Sendable {
  /// The points of the curve, counted from 0.
  public let range: Range<Int>
  /// The largest loss among them.
  public let peak: Double
}

/// When a point of a loss curve counts as part of a spike.
///
/// A spike begins at a point whose loss is above the median of the `window` points before it by more than `factor` times
/// their median absolute deviation from it, and by more than `share` of the curve's first loss: so neither the curve's
/// usual noise counts nor what nobody would see. It lasts until the loss is back under that threshold. NaN is above
/// everything.
public struct LossSpikeRule: Equatable, Sendable {
  /// Points that a point is compared with.
  public var window = 9
  /// Median absolute deviations that a spike rises at least.
  public var factor = 6.0
  /// Share of the first loss that a spike rises at least.
  public var share = 0.1

  /// The rule for a curve with one point, the mean loss, an epoch.
  public init() {}

  /// The spikes of a curve, in their order; the first `window` points are none.
  public func spikes(in losses: [Double]) -> [LossSpike] {
    guard let first = losses.first, window > 0 else { return [] }
    var spikes: [LossSpike] = []
    var start = window
    while start < losses.count {
      let limit = threshold(losses[start - window..<start], first: first)
      let end = losses[start...].firstIndex { $0 <= limit } ?? losses.count
      if end > start {
        let peak = losses[start..<end].reduce(-.infinity) { $0 > $1 ? $0 : $1 }
        spikes.append(LossSpike(range: start..<end, peak: peak))
      }
      start = max(end, start + 1)
    }
    return spikes
  }

  private func threshold(_ before: ArraySlice<Double>, first: Double) -> Double {
    let median = median(before)
    let deviation = self.median(before.map { ($0 - median).magnitude }[...])
    return median + max(factor * deviation, share * first)
  }

  /// The middle value, the upper one of two; a NaN counts as the largest number.
  private func median(_ values: ArraySlice<Double>) -> Double {
    values.map { $0.isNaN ? .infinity : $0 }.sorted()[values.count / 2]
  }
}
