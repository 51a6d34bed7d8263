/// A stretch of a loss curve that stands out above what came before.
public struct LossSpike: Equatable, Sendable {
  /// The points of the curve, counted from 0.
  public let range: Range<Int>
  /// The largest loss among them.
  public let peak: Double
}

/// When a rise of a loss curve counts as a spike: a curve with one point an epoch, of training or of an evaluation.
///
/// A spike begins at a point whose loss is above the lowest since the last spike by more than `share` of the curve's first
/// loss. It lasts until the loss has fallen from its peak by as much. So a curve without a spike never rises above its
/// lowest point so far by more than that. The rule looks at nothing else, as an eye does that follows the curve on a
/// linear axis: it holds from the second point on, and for the last point, too. NaN counts as infinite.
///
/// An axis that begins at 0 is about as high as the first loss is large, so `share` is a share of its height. It lies
/// above the noise of a mean over a thousand samples whose losses differ by half the first one: that mean has a standard
/// deviation of 1.6 %, and the difference of two of 2.2 %.
public struct LossSpikeRule: Equatable, Sendable {
  /// Share of the first loss that a spike rises more than.
  public var share = 0.035

  /// The rule as it is stated.
  public init() {}

  /// The spikes of a curve, in their order.
  public func spikes(in losses: [Double]) -> [LossSpike] {
    guard let first = losses.first(where: \.isFinite) else { return [] }
    let limit = share * first.magnitude
    var spikes: [LossSpike] = []
    var lowest = Double.infinity
    var rise: (start: Int, peak: Double)?
    for (place, value) in losses.enumerated() {
      let loss = value.isNaN ? .infinity : value
      guard let (start, peak) = rise else {
        if loss - lowest > limit { rise = (place, loss) } else { lowest = min(lowest, loss) }
        continue
      }
      if peak - loss > limit {
        spikes.append(LossSpike(range: start..<place, peak: peak))
        (rise, lowest) = (nil, loss)
      } else {
        rise = (start, max(peak, loss))
      }
    }
    if let (start, peak) = rise { spikes.append(LossSpike(range: start..<losses.count, peak: peak)) }
    return spikes
  }
}
