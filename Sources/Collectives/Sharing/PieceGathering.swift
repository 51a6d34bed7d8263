/// The allgather of a vector's pieces on one rank. The vector is in shared memory of the machine's ranks. Never waits.
///
/// The first bucket goes first, since a forward pass needs it first. Few buckets travel at a time, so that none is delayed
/// by later ones.
final class PieceGathering {
  /// How many buckets are sent or polled at a time.
  private static let bucketsAtOnce = 2

  private let buckets: [BucketGathering]
  private var number: UInt32 = 0
  /// The first buckets that have not arrived, whose sending has not begun, and whose sending is not complete.
  private var firstMissing, firstUnsent, firstSending: Int

  /// The gathering of a plan's scattered elements.
  init(_ participant: Participant) throws {
    // A plan's buckets start from the end of the vector.
    let all = participant.plan.buckets
    buckets = try all.indices.reversed().filter { all[$0].isScattered }.map {
      try BucketGathering(participant, bucket: $0)
    }
    (firstMissing, firstUnsent, firstSending) = (buckets.count, buckets.count, buckets.count)
  }

  /// Begins after this rank has written its pieces and all ranks are done with the former values.
  func begin() throws {
    precondition(isComplete, "a gathering begins when the one before is complete")
    number &+= 1
    (firstMissing, firstUnsent, firstSending) = (0, 0, 0)
    for bucket in buckets { try bucket.receive() }
    try advance()
  }

  /// Does all that is possible without waiting.
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

  /// Whether all values have arrived and this rank's pieces are sent.
  var isComplete: Bool { firstMissing == buckets.count && firstSending == buckets.count }

  /// Whether the values before an element have arrived; with nil, whether everything is complete.
  func haveArrived(below element: Int?) -> Bool {
    guard let element else { return isComplete }
    return firstMissing == buckets.count || buckets[firstMissing].start >= element
  }

  /// Waits for other ranks of the machine; returns whether they have come in time, or nil if messages must be polled.
  func wait(spin: UInt32, sleep: UInt32) -> Bool? {
    // Ranks on other machines may wait for this rank's messages, which only move while it polls.
    guard firstMissing < buckets.count, !buckets.contains(where: \.isExchanging) else { return nil }
    return buckets[firstMissing].wait(number, spin: spin, sleep: sleep)
  }
}
