/// A bucket's way between machines.
public struct Transfer: Equatable, Sendable {
  /// The bucket's bytes.
  public var bytes: Int
  /// Seconds on the link.
  public var seconds: Double
  /// Seconds that it takes of each rank's core.
  public var coreSeconds: Double

  /// A bucket's way.
  public init(bytes: Int, seconds: Double, coreSeconds: Double) {
    self.bytes = bytes
    self.seconds = seconds
    self.coreSeconds = coreSeconds
  }
}

extension MachineExchange {
  /// A bucket's way, with `ranks` ranks on a machine.
  public func transfer(_ bytes: Int, ranks: Int) -> Transfer {
    Transfer(bytes: bytes, seconds: seconds(bytes), coreSeconds: coreSeconds(bytes, ranks: ranks))
  }
}
