/// The exchange of gradients in buckets during the backward pass.
///
/// The first bucket has the last layer's gradients. A bucket begins when the backward pass has written all of it; a thread
/// of each rank moves it, and the link carries one bucket after the other:
///
///     endᵢ = max(endᵢ₋₁, begunᵢ) + secondsᵢ
///
/// Moving bytes during the pass takes time from its cores and makes it longer. The exchange after the pass also delays the
/// step.
public struct BackwardOverlap: Equatable, Sendable {
  /// Seconds by which the backward pass is longer.
  public let cores: Double
  /// Seconds of the exchange after the end of the pass.
  public let exposed: Double

  /// The exchange of `buckets`, in this order, during a pass of layers, the last layer first.
  public init(_ backward: [Machine.Stage], _ buckets: [Transfer]) {
    var ends: [(time: Double, written: Int)] = []
    for stage in backward {
      let last = ends.last ?? (0, 0)
      ends.append((last.time + stage.seconds, last.written + stage.bytes))
    }
    let pass = ends.last?.time ?? 0
    var (free, sent, within) = (0.0, 0, 0.0)
    for bucket in buckets {
      sent += bucket.bytes
      let begun = max(free, ends.first { $0.written >= sent }?.time ?? pass)
      free = begun + bucket.seconds
      // The share of this bucket's cost during the pass.
      if bucket.seconds > 0 { within += bucket.coreSeconds * min(1, max(0, pass - begun) / bucket.seconds) }
    }
    cores = within
    exposed = max(0, free - pass - within)
  }
}
