import CMPIShim

/// How a rank waits for others: awake for a while, since they come soon; then asleep, and checking on them from time to
/// time. An oversubscribed rank yields immediately.
struct PeerWait {
  /// Microseconds for which a rank watches for others before it sleeps, and for which it sleeps before it checks on them.
  private static let (spinMicroseconds, sleepMicroseconds): (UInt32, UInt32) = (500, 50_000)
  /// Looks for messages between two checks on the others.
  private static let looksPerCheck = 1 << 14

  let messenger: any Messenger
  let isOversubscribed: Bool

  /// Waits until `isComplete`. If no message is waited for, `neighbours` waits for the ranks of this machine, awake and
  /// asleep for at most the given microseconds, and returns whether they have come; else it returns nil.
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
      // A rank that has waited long for the network leaves the processor to others.
      dpt_pause(isOversubscribed || looks > Self.looksPerCheck)
      if looks.isMultiple(of: Self.looksPerCheck) { try messenger.checkPeers() }
    }
  }
}
