import CMPIShim

/// How a rank waits for others: awake for a while, as they come soon; then asleep, and looking after them from time to
/// time. Who has to share a processor makes way at once.
struct PeerWait {
  /// How long a rank looks whether the others have come before it sleeps, and sleeps before it looks after them.
  private static let (spinMicroseconds, sleepMicroseconds): (UInt32, UInt32) = (500, 50_000)
  /// Looks for messages after which the others are looked after.
  private static let looksPerCare = 1 << 14

  let messenger: any Messenger
  let isOversubscribed: Bool

  /// Waits until `isComplete`. Where no message is waited for, `neighbours` waits for the ranks of this machine, awake and
  /// asleep for so many microseconds at most, and says whether they have come in time; else it gives nil.
  func wait(
    until isComplete: () throws -> Bool, neighbours: (_ spin: UInt32, _ sleep: UInt32) -> Bool?
  ) throws {
    var looks = 0
    while try !isComplete() {
      if let haveCome = neighbours(isOversubscribed ? 0 : Self.spinMicroseconds, Self.sleepMicroseconds) {
        if !haveCome { try messenger.lookAfterPeers() }
        continue
      }
      looks += 1
      // Who waits for the network in vain for long leaves the processor to others.
      dpt_pause(isOversubscribed || looks > Self.looksPerCare)
      if looks.isMultiple(of: Self.looksPerCare) { try messenger.lookAfterPeers() }
    }
  }
}
