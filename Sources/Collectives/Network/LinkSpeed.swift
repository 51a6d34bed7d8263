/// The speed of the link between the machines of a job, from a short measurement, and the bucket size that suits it.
public struct LinkSpeed: Codable, Sendable, Equatable {
  /// Seconds from the start of a short message to its arrival, on the slowest connection measured.
  public let latency: Double
  /// Bytes per second each way between two machines that send each other pieces and then their sums, on the slowest
  /// connection measured.
  public let bytesPerSecond: Double
  /// The same if nothing follows the pieces, as in a divided update: no message has to wait behind others then. Nil if it
  /// was not measured.
  public let pieceBytesPerSecond: Double?
  /// The length of the buckets in which gradients travel between machines during the backward pass. Longer ones need fewer
  /// messages; of shorter ones more have travelled when the pass ends. It never changes the result.
  public let bucketBytes: Int
  /// Seconds of a core for each byte that a rank sends or receives while it computes; nil if that was not measured, or if
  /// messages do not move meanwhile.
  public let coreSecondsPerByte: Double?

  /// The messages' latency may take this share of a bucket's time.
  private static let latencyShare = 0.1
  static let bucketLimits = (lower: 512 << 10, upper: 16 << 20)

  /// A speed and a bucket size of one's own.
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
    // A power of two: measurements that differ a little give the same.
    let wanted = latency / Self.latencyShare * bytesPerSecond
    var bytes = Self.bucketLimits.lower
    while Double(bytes) < wanted, bytes < Self.bucketLimits.upper { bytes *= 2 }
    self.init(
      latency: latency, bytesPerSecond: bytesPerSecond, pieceBytesPerSecond: pieceBytesPerSecond, bucketBytes: bytes,
      coreSecondsPerByte: coreSecondsPerByte)
  }

  /// Whether an update of `bytes` of parameters is best divided among all of `machines`, so that parameters travel instead
  /// of the gradients' sums.
  ///
  /// Half of the exchange, (M − 1)/M · bytes on each machine's way, may then overlap with the next forward pass. In return
  /// the sums of the gradient's norm are exchanged after the backward pass and the parameters before the forward pass, in
  /// ⌈log₂ M⌉ messages each. All ranks give the same answer.
  package func favorsDividedUpdate(bytes: Int, machines: Int) -> Bool {
    guard machines > 1 else { return false }
    let rounds = Int.bitWidth - (machines - 1).leadingZeroBitCount
    let hidden = Double(machines - 1) / Double(machines) * Double(bytes) / bytesPerSecond
    return hidden > 2 * Double(rounds) * latency
  }
}
