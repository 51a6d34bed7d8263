import Collectives

/// The exchange of gradients in buckets while the backward pass goes on.
///
/// Buckets begin at the end of the gradients, where the last layer's are. A bucket is begun when the backward pass has
/// written all of it; a thread of each rank sees to it that it moves, and the network takes one bucket after the other:
///
///     endᵢ = max(endᵢ₋₁, begunᵢ) + secondsᵢ
///
/// Moving bytes takes the cores' time: as far as buckets move during the pass the pass is longer by that. What lies after
/// the end of the pass delays the step, too.
public struct Overlap: Equatable, Sendable {
  /// The buckets' bytes, in the order in which they are begun.
  public let buckets: [Int]
  /// Seconds of the exchange of all of them.
  public let exchange: Double
  /// Seconds by which the backward pass is longer.
  public let cores: Double
  /// Seconds for which the exchange goes on after the pass.
  public let exposed: Double

  /// The exchange during a backward pass in buckets of about `size` bytes; `seconds` and `coreSeconds` tell what a bucket
  /// takes of the network and of a core.
  public init(
    _ backward: [Machine.Stage], size: Int, seconds: (Int) -> Double, coreSeconds: (Int) -> Double
  ) {
    buckets = Self.buckets(backward, size: size)
    var ends: [(time: Double, written: Int)] = []
    for stage in backward {
      let last = ends.last ?? (0, 0)
      ends.append((last.time + stage.seconds, last.written + stage.bytes))
    }
    let pass = ends.last?.time ?? 0
    var (free, sent, busy, within) = (0.0, 0, 0.0, 0.0)
    for bucket in buckets {
      sent += bucket
      let begun = max(free, ends.first { $0.written >= sent }?.time ?? pass)
      let seconds = seconds(bucket)
      free = begun + seconds
      busy += seconds
      // The part of this bucket's cost that falls into the pass.
      if seconds > 0 { within += coreSeconds(bucket) * min(1, max(0, pass - begun) / seconds) }
    }
    exchange = busy
    cores = within
    exposed = max(0, free - pass - within)
  }

  /// The bytes of the buckets of about `size` bytes that gradients are divided into; they start where layers do, where
  /// that fits.
  public static func buckets(_ backward: [Machine.Stage], size: Int) -> [Int] {
    let value = MemoryLayout<Float>.size
    let count = backward.reduce(0) { $0 + $1.bytes } / value
    var boundaries: [Int] = []
    for stage in backward { boundaries.append((boundaries.last ?? count) - stage.bytes / value) }
    return ReductionPlan.divide(0..<count, bytes: size, boundaries: boundaries).map {
      $0.clamped(to: 0..<count).count * value
    }
  }
}
