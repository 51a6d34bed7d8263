/// The exchange of gradients in buckets while the backward pass goes on.
///
/// Buckets begin at the end of the gradients, where the last layer's are; the first is a quarter as long as the others. A
/// bucket is begun when the backward pass has written all of it. Ranks look after their messages when a layer with
/// parameters ends, and all the time when the pass has ended. A long message asks at the first look whether it may come, is
/// allowed to at the second, and moves from the third on; the network takes one bucket after the other:
///
///     endᵢ = max(endᵢ₋₁, moveᵢ) + secondsᵢ
///
/// moveᵢ is the second look after the one at which the bucket is begun, or the end of the pass. What lies after the end of
/// the pass delays the step.
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

  /// Looks from the beginning of a bucket until it moves.
  private static let looksBefore = 2

  /// The seconds that the exchange goes on after the backward pass.
  public static func exposed(_ backward: [Machine.Stage], buckets: [Int], seconds: (Int) -> Double) -> Double {
    var (now, written) = (0.0, 0)
    var looks: [(time: Double, written: Int)] = []
    for stage in backward {
      now += stage.seconds
      written += stage.bytes
      if stage.bytes > 0 { looks.append((now, written)) }
    }
    var (free, sent) = (0.0, 0)
    for bucket in buckets {
      sent += bucket
      guard let begun = looks.firstIndex(where: { $0.written >= sent }) else { break }
      let moves = begun + looksBefore < looks.count ? looks[begun + looksBefore].time : now
      free = max(free, moves) + seconds(bucket)
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
