/// The allgather of a vector after its sums were scattered: each rank gives the pieces that it has made to all, and waits
/// only for what it needs. The vector lies in memory that the ranks of a machine share.
///
/// The first bucket goes first, since a forward pass needs it first; few travel at a time, so that none waits for later
/// ones.
final class Gathering {
  /// Buckets that are sent, or looked after, at a time.
  private static let bucketsAtOnce = 2

  private let buckets: [BucketGathering]
  private var number: UInt32 = 0
  /// The first bucket that has not come yet, that is not sent, and whose sending is not complete.
  private var firstMissing, firstUnsent, firstSending: Int

  /// The gathering of what a plan scatters.
  init(
    _ plan: ReductionPlan, at place: (machine: Int, place: Int), _ memory: ReductionMemory, _ messenger: any Messenger,
    tag: Int
  ) throws {
    // A plan's buckets begin at the end of the vector.
    buckets = try plan.buckets.indices.reversed().filter { plan.buckets[$0].isScattered }.map {
      try BucketGathering(plan, bucket: $0, at: place, memory, messenger, tag: tag)
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

  /// Goes on as far as that is possible without waiting.
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
    while firstMissing < buckets.count, buckets[firstMissing].isHere(number) { firstMissing += 1 }
  }

  /// Whether all have come, and all own ones are taken.
  var isComplete: Bool { firstMissing == buckets.count && firstSending == buckets.count }

  /// Whether all values before an element have come.
  func isHere(below element: Int) -> Bool {
    firstMissing == buckets.count || buckets[firstMissing].start >= element
  }

  /// Waits for other ranks of the machine, whether they have come in time; nil where messages are waited for.
  func waitForNeighbours(spin: UInt32, sleep: UInt32) -> Bool? {
    // Those on other machines wait for this rank's messages, which move only as it looks after them.
    guard firstMissing < buckets.count, !buckets.contains(where: \.isExchanging) else { return nil }
    return buckets[firstMissing].wait(number, spin: spin, sleep: sleep)
  }
}
