/// One rank's work in gathering the pieces of a vector, which lies in memory that the ranks of a machine share. It never
/// waits.
///
/// The first bucket goes first, since a forward pass needs it first. Few travel at a time, so that none waits for later
/// ones.
final class PieceGathering {
  /// Buckets that are sent or polled at a time.
  private static let bucketsAtOnce = 2

  private let buckets: [BucketGathering]
  private var number: UInt32 = 0
  /// The first bucket that has not arrived, that is not sent, and whose sending is not complete.
  private var firstMissing, firstUnsent, firstSending: Int

  /// The gathering of the scattered elements of a plan.
  init(_ participant: Participant) throws {
    // A plan's buckets begin at the end of the vector.
    let all = participant.plan.buckets
    buckets = try all.indices.reversed().filter { all[$0].isScattered }.map {
      try BucketGathering(participant, bucket: $0)
    }
    (firstMissing, firstUnsent, firstSending) = (buckets.count, buckets.count, buckets.count)
  }

  /// This rank's pieces are made, and all ranks are done with the values so far.
  func begin() throws {
    precondition(isComplete, "a gathering begins when the one before is complete")
    number &+= 1
    (firstMissing, firstUnsent, firstSending) = (0, 0, 0)
    for bucket in buckets { try bucket.receive() }
    try advance()
  }

  /// Does what can be done without waiting.
  func advance() throws {
    for index in firstSending..<firstUnsent { try buckets[index].advanceSending() }
    while true {
      while firstSending < firstUnsent, !buckets[firstSending].isSending { firstSending += 1 }
      guard firstUnsent < buckets.count, firstUnsent - firstSending < Self.bucketsAtOnce else { break }
      try buckets[firstUnsent].send()
      firstUnsent += 1
    }
    for index in firstMissing..<min(firstMissing + Self.bucketsAtOnce, buckets.count) {
      try buckets[index].advanceReceiving(number)
    }
    while firstMissing < buckets.count, buckets[firstMissing].hasArrived(number) { firstMissing += 1 }
  }

  /// Whether all values have arrived, and this rank's pieces are taken.
  var isComplete: Bool { firstMissing == buckets.count && firstSending == buckets.count }

  /// Whether the values before an element have arrived; without one, whether all is complete.
  func haveArrived(below element: Int?) -> Bool {
    guard let element else { return isComplete }
    return firstMissing == buckets.count || buckets[firstMissing].start >= element
  }

  /// Waits for other ranks of the machine; whether they have come in time, or nil if messages are waited for.
  func wait(spin: UInt32, sleep: UInt32) -> Bool? {
    // Ranks on other machines wait for this rank's messages, which move only while it looks for messages.
    guard firstMissing < buckets.count, !buckets.contains(where: \.isExchanging) else { return nil }
    return buckets[firstMissing].wait(number, spin: spin, sleep: sleep)
  }
}
