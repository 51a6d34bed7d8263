/// The exchange of gradients in buckets while the backward pass goes on.
///
/// Buckets begin at the end of the gradients, where the last layer's are; the first is a quarter as long as the others. A
/// bucket is sent when the backward pass has written all of it, and the network takes one after the other:
///
///     endᵢ = max(endᵢ₋₁, writtenᵢ) + secondsᵢ
///
/// What lies after the end of the backward pass delays the step.
public enum Overlap {
  /// The sizes of buckets of up to `size` bytes, in the order in which they are sent.
  public static func buckets(_ bytes: Int, size: Int) -> [Int] {
    var sizes: [Int] = []
    var rest = bytes
    while rest > 0 {
      sizes.append(min(rest, sizes.isEmpty ? max(1, size / 4) : size))
      rest -= sizes[sizes.count - 1]
    }
    return sizes
  }

  /// The seconds that the exchange goes on after the backward pass.
  public static func exposed(_ backward: [Machine.Stage], buckets: [Int], seconds: (Int) -> Double) -> Double {
    var (now, free) = (0.0, 0.0)
    var (written, sent, next) = (0, 0, 0)
    for stage in backward {
      now += stage.seconds
      written += stage.bytes
      while next < buckets.count, sent + buckets[next] <= written {
        free = max(free, now) + seconds(buckets[next])
        sent += buckets[next]
        next += 1
      }
    }
    return max(0, free - now)
  }

  /// The buckets of least cost among sizes from 256 KiB by factors of four, and all at once. The cost is what goes on after
  /// the backward pass and what the cores have to do.
  public static func best(
    _ backward: [Machine.Stage], seconds: (Int) -> Double, coreSeconds: (Int) -> Double
  ) -> (buckets: [Int], exposed: Double, cores: Double) {
    let bytes = backward.reduce(0) { $0 + $1.bytes }
    let sizes = (9...13).map { 1 << (2 * $0) } + [Int.max]
    let choices = sizes.map { size in
      let buckets = buckets(bytes, size: size)
      return (
        buckets: buckets, exposed: exposed(backward, buckets: buckets, seconds: seconds),
        cores: buckets.reduce(0) { $0 + coreSeconds($1) }
      )
    }
    return choices.min { $0.exposed + $0.cores < $1.exposed + $1.cores } ?? ([], 0, 0)
  }
}
