import Collectives

/// The link between machines, in the numbers of the α–β–γ model (and LogP's o, Culler et al. 1993).
public struct LinkModel: Equatable, Sendable {
  /// α: seconds from sending a short message until it is there.
  public var latency: Double
  /// β: seconds a byte takes on a machine's way out, or on its way in; both are used at once.
  public var secondsPerByte: Double
  /// The same if pieces go by themselves, not followed by their sums, as if the update is divided.
  public var secondsPerPieceByte: Double
  /// γ: seconds of a core for each byte that a rank sends and for each that it receives and adds.
  public var coreSecondsPerByte: Double
  /// o: seconds of a core for each message that a rank sends, and for the one that it receives for it.
  public var coreSecondsPerMessage: Double

  /// All numbers; `bandwidth` is in bytes a second, and so is `pieceBandwidth`, which is the same unless given.
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

  /// What TCP takes of a core of today for a byte.
  public static let usualCoreSecondsPerByte = 0.4e-9
  /// What TCP takes of a core of today for a message.
  public static let usualCoreSecondsPerMessage = 5e-6

  /// Bytes a second.
  public var bandwidth: Double { 1 / secondsPerByte }
  /// Bytes of pieces a second.
  public var pieceBandwidth: Double { 1 / secondsPerPieceByte }
  /// The same link as a training sees it.
  package var speed: LinkSpeed { LinkSpeed(latency: latency, bytesPerSecond: bandwidth) }
}
