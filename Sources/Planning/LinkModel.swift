import Collectives

/// The link between machines as the α–β–γ model describes it, with LogP's o (Culler et al. 1993).
public struct LinkModel: Equatable, Sendable {
  /// α: seconds until a short message arrives.
  public var latency: Double
  /// β: seconds per byte that a machine sends while it receives as much.
  public var secondsPerByte: Double
  /// β for pieces that are sent without receiving their sums, as in a divided update.
  public var secondsPerPieceByte: Double
  /// γ: seconds of a core for each byte sent, and for each byte received and added.
  public var coreSecondsPerByte: Double
  /// o: seconds of a core for a message sent and its answer received.
  public var coreSecondsPerMessage: Double

  /// A link; `bandwidth` and `pieceBandwidth` are in bytes a second. Without `pieceBandwidth`, both are the same.
  public init(
    latency: Double, bandwidth: Double, pieceBandwidth: Double? = nil,
    coreSecondsPerByte: Double = LinkModel.usualCoreSecondsPerByte,
    coreSecondsPerMessage: Double = LinkModel.usualCoreSecondsPerMessage
  ) {
    self.latency = latency
    secondsPerByte = 1 / bandwidth
    secondsPerPieceByte = 1 / (pieceBandwidth ?? bandwidth)
    self.coreSecondsPerByte = coreSecondsPerByte
    self.coreSecondsPerMessage = coreSecondsPerMessage
  }

  /// TCP's usual time on a current core for a byte.
  public static let usualCoreSecondsPerByte = 0.4e-9
  /// TCP's usual time on a current core for a message.
  public static let usualCoreSecondsPerMessage = 5e-6

  /// Bytes a second.
  public var bandwidth: Double { 1 / secondsPerByte }
  /// Bytes of pieces a second.
  public var pieceBandwidth: Double { 1 / secondsPerPieceByte }
  /// The link as a training measures it.
  package var speed: LinkSpeed { LinkSpeed(latency: latency, bytesPerSecond: bandwidth) }
}
