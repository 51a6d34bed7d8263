/// The speed of the link between the machines of a job, from a short measurement, and the bucket size that suits it.
public struct LinkSpeed: Codable, Sendable, Equatable {
  /// Seconds from the start of a short message to its arrival, on the slowest measured link.
  public let latency: Double
  /// Bytes per second each way between two machines that exchange pieces and then sums, on the slowest measured link.
  public let bytesPerSecond: Double
  /// Bytes per second each way for pieces without sums, as in a divided update: faster, since messages do not wait behind
  /// others. Nil if it was not measured.
  public let pieceBytesPerSecond: Double?
  /// The length of the buckets in which gradients travel between machines during the backward pass. Longer buckets need
  /// fewer messages; with shorter ones, less is left to send after the pass. It never changes the result.
  public let bucketBytes: Int
  /// Seconds of a core for each byte that a rank sends or receives while it computes; nil if that was not measured, or if
  /// messages do not move while ranks compute.
  public let coreSecondsPerByte: Double?

  /// The largest share of latency in a bucket's time.
  private static let latencyShare = 0.1
  static let bucketLimits = (lower: 512 << 10, upper: 16 << 20)

  /// A speed with a given bucket size.
  package init(
    latency: Double, bytesPerSecond: Double, pieceBytesPerSecond: Double? = nil, bucketBytes: Int,
    coreSecondsPerByte: Double? = nil
  ) {
    self.latency = latency
    self.bytesPerSecond = bytesPerSecond
    self.pieceBytesPerSecond = pieceBytesPerSecond
    self.bucketBytes = bucketBytes
    self.coreSecondsPerByte = coreSecondsPerByte
  }

  /// A speed, and the bucket size that follows from it.
  package init(
    latency: Double, bytesPerSecond: Double, pieceBytesPerSecond: Double? = nil, coreSecondsPerByte: Double? = nil
  ) {
    // A power of two, so that slightly different measurements give the same size.
    let wanted = latency / Self.latencyShare * bytesPerSecond
    var bytes = Self.bucketLimits.lower
    while Double(bytes) < wanted, bytes < Self.bucketLimits.upper { bytes *= 2 }
    self.init(
      latency: latency, bytesPerSecond: bytesPerSecond, pieceBytesPerSecond: pieceBytesPerSecond, bucketBytes: bytes,
      coreSecondsPerByte: coreSecondsPerByte)
  }

  /// Whether dividing the update of `bytes` of parameters among all machines is faster. Parameters then travel instead of
  /// the gradients' sums.
  ///
  /// Half of the exchange, (M − 1)/M · bytes per machine, may then overlap with the next forward pass. In return the sums of
  /// the gradient's norm are exchanged after the backward pass and the first parameters before the forward pass, in
  /// ⌈log₂ M⌉ messages each. All ranks give the same answer.
  package func favorsDividedUpdate(bytes: Int, machines: Int) -> Bool {
    guard machines > 1 else { return false }
    let rounds = Int.bitWidth - (machines - 1).leadingZeroBitCount
    let hidden = Double(machines - 1) / Double(machines) * Double(bytes) / bytesPerSecond
    return hidden > 2 * Double(rounds) * latency
  }
}
