/// What connects machines, in the numbers of the α–β–γ model.
public struct Network: Codable, Equatable, Sendable {
  /// α: seconds from sending a short message until it is there.
  public var latency: Double
  /// β: seconds a byte takes on a machine's way in, or on its way out; both are used at once.
  public var secondsPerByte: Double
  /// γ: seconds of a core for each byte that a rank sends, receives and adds; the core does not compute meanwhile.
  public var coreSecondsPerByte: Double

  /// All numbers; `bandwidth` is in bytes a second.
  public init(latency: Double, bandwidth: Double, coreSecondsPerByte: Double = Network.usualCoreSecondsPerByte) {
    self.latency = latency
    secondsPerByte = 1 / bandwidth
    self.coreSecondsPerByte = coreSecondsPerByte
  }

  /// What TCP costs a core of today for each byte, where it has not been measured.
  public static let usualCoreSecondsPerByte = 0.4e-9

  /// Bytes a second.
  public var bandwidth: Double { 1 / secondsPerByte }
}
