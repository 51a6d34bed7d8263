import CMPIShim

/// Waits for other ranks: spins for a while, since they usually come soon, then sleeps and checks from time to time whether
/// they still run. An oversubscribed rank yields immediately.
struct PeerWait {
  /// Microseconds of spinning before a rank sleeps, and of sleep before it checks its peers.
  private static let (spinMicroseconds, sleepMicroseconds): (UInt32, UInt32) = (500, 50_000)
  /// The number of polls between two checks of the peers.
  private static let looksPerCheck = 1 << 14

  let messenger: any Messenger
  let isOversubscribed: Bool

  /// Waits until `isComplete`. `neighbours` waits for ranks of this machine, spinning and sleeping for at most the given
  /// microseconds, and returns whether they have come; it returns nil if the rank waits for messages instead.
  func wait(
    until isComplete: () throws -> Bool, neighbours: (_ spin: UInt32, _ sleep: UInt32) -> Bool?
  ) throws {
    var looks = 0
    while try !isComplete() {
      if let haveCome = neighbours(isOversubscribed ? 0 : Self.spinMicroseconds, Self.sleepMicroseconds) {
        if !haveCome { try messenger.checkPeers() }
        continue
      }
      looks += 1
      // After a long wait for the network, yield the processor to others.
      dpt_pause(isOversubscribed || looks > Self.looksPerCheck)
      if looks.isMultiple(of: Self.looksPerCheck) { try messenger.checkPeers() }
    }
  }
}
