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

  /// The rule for a curve with one point, a batch's loss, a step: batches differ more than epochs do, so a point is
  /// compared with 50 before it and must rise by ten deviations.
  public static var steps: LossSpikeRule {
    var rule = LossSpikeRule()
    (rule.window, rule.factor) = (50, 10)
    return rule
  }

  /// The spikes of a curve, in their order; the first `window` points are none.
  public func spikes(in losses: [Double]) -> [LossSpike] {
    guard let first = losses.first, window > 0 else { return [] }
    var spikes: [LossSpike] = []
    var before = SortedWindow(size: window)
    var limit: Double?
    for (place, loss) in losses.enumerated() {
      // Within a spike the threshold stays what it was at its beginning.
      if let limit, !(loss <= limit), let last = spikes.popLast() {
        spikes.append(LossSpike(range: last.range.lowerBound..<place + 1, peak: loss > last.peak ? loss : last.peak))
      } else if before.isFull {
        let threshold = threshold(before, first: first)
        limit = loss <= threshold ? nil : threshold
        // A NaN is no peak.
        if limit != nil { spikes.append(LossSpike(range: place..<place + 1, peak: loss.isNaN ? -.infinity : loss)) }
      }
      before.append(loss)
    }
    return spikes
  }

  private func threshold(_ before: SortedWindow, first: Double) -> Double {
    before.median + max(factor * before.medianDeviation, share * first)
  }
}
