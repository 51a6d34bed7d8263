/// A spike in a loss curve.
public struct LossSpike: Equatable, Sendable {
  /// The spike's points of the curve, counted from 0.
  public let range: Range<Int>
  /// The largest loss of these points.
  public let peak: Double
}

/// The rule for spikes in a loss curve with one point per epoch, of training or of an evaluation.
///
/// A spike begins at a point whose loss is above the lowest since the last spike by more than `share` of the curve's first
/// loss. It lasts until the loss has fallen from its peak by as much. So a curve without a spike never rises above its
/// lowest point so far by more than that. This is what the eye sees on a linear axis. The rule holds from the second point
/// to the last. NaN counts as infinite.
///
/// An axis that begins at 0 is about as high as the first loss, so `share` is a share of its height. It is above the noise
/// of a mean over a thousand samples whose losses differ by half the first one: that mean has a standard deviation of 1.6 %,
/// and the difference of two means 2.2 %.
public struct LossSpikeRule: Equatable, Sendable {
  /// The minimum rise of a spike, as a share of the first loss.
  public var share = 0.035

  /// The rule with its default number.
  public init() {}

  /// The spikes of a curve, in order.
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
