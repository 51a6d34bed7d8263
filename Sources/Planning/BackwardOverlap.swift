/// The exchange of gradients in buckets during the backward pass.
///
/// Buckets begin at the end of the gradients, where the last layer's are. A bucket is begun when the backward pass has
/// written all of it; a thread of each rank sees to it that it moves, and the link takes one bucket after the other:
///
///     endᵢ = max(endᵢ₋₁, begunᵢ) + secondsᵢ
///
/// Moving bytes takes the cores' time: as far as buckets move during the pass the pass is longer by that. What lies after
/// the end of the pass delays the step, too.
public struct BackwardOverlap: Equatable, Sendable {
  /// Seconds by which the backward pass is longer.
  public let cores: Double
  /// Seconds for which the exchange lasts after the pass.
  public let exposed: Double

  /// The exchange of buckets in this order during a backward pass, which is given layer by layer, the last one first.
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
      // The share of this bucket's cost that falls into the pass.
      if bucket.seconds > 0 { within += bucket.coreSeconds * min(1, max(0, pass - begun) / bucket.seconds) }
    }
    cores = within
    exposed = max(0, free - pass - within)
  }
}
