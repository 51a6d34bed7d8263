/// The transfer of a bucket between machines.
public struct Transfer: Equatable, Sendable {
  /// The bucket's bytes.
  public var bytes: Int
  /// Seconds on the link.
  public var seconds: Double
  /// Seconds of each rank's core.
  public var coreSeconds: Double

  /// A transfer.
  public init(bytes: Int, seconds: Double, coreSeconds: Double) {
    self.bytes = bytes
    self.seconds = seconds
    self.coreSeconds = coreSeconds
  }
}

extension MachineExchange {
  /// The transfer of a bucket with `ranks` ranks on a machine.
  public func transfer(_ bytes: Int, ranks: Int) -> Transfer {
    Transfer(bytes: bytes, seconds: seconds(bytes), coreSeconds: coreSeconds(bytes, ranks: ranks))
  }
}
