/// The exchange of gradients in buckets while the backward pass goes on.
///
/// A bucket is sent when the layers are through whose gradients fill it; the network takes one bucket after the other:
///
///     endᵢ = max(endᵢ₋₁, readyᵢ) + secondsᵢ
///
/// What lies after the end of the backward pass delays the step.
public enum Overlap {
  /// The seconds that the exchange goes on after the backward pass, in buckets of at least `bucket` bytes.
  public static func exposed(_ backward: [Machine.Stage], bucket: Int, seconds: (Int) -> Double) -> Double {
    var (now, free, filled) = (0.0, 0.0, 0)
    for (index, stage) in backward.enumerated() {
      now += stage.seconds
      filled += stage.bytes
      let isLast = index == backward.count - 1
      guard filled > 0, filled >= bucket || isLast else { continue }
      free = max(free, now) + seconds(filled)
      filled = 0
    }
    return max(0, free - now)
  }

  /// The least of these over sizes of buckets, and the size: powers of four from 64 KiB, or all at once.
  public static func best(
    _ backward: [Machine.Stage], seconds: (Int) -> Double
  ) -> (bucket: Int, exposed: Double) {
    let sizes = (8...14).map { 1 << (2 * $0) } + [Int.max]
    return sizes.map { ($0, exposed(backward, bucket: $0, seconds: seconds)) }.min { $0.1 < $1.1 } ?? (.max, 0)
  }
}
