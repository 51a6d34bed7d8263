/// Sums a vector in buckets, in memory that the ranks of a machine share. A plan without buckets has nothing to add: the
/// only rank's node is the sum.
final class BucketSums: SumAlgorithm {
  /// How many waiting buckets to poll per kind of message in one pass.
  private static let polledAtOnce = 2

  let nodes: UnsafeMutablePointer<Float>
  let result: UnsafePointer<Float>
  private let buckets: [BucketSum]
  private let status: StatusTable
  private let place: Int
  private let memory: ReductionMemory
  /// The number of the sum, from 1.
  private var number: UInt32 = 0
  private var isWriting = false
  /// The first bucket that is not complete.
  private var firstOpen = 0

  init(_ participant: Participant, _ status: StatusTable, residuals: Residuals?) throws {
    self.status = status
    (place, memory) = (participant.place, participant.memory)
    nodes = memory.nodes(place)
    result = UnsafePointer(memory.result)
    buckets = try participant.plan.buckets.indices.map {
      try BucketSum(participant, bucket: $0, residuals: residuals)
    }
  }

  private var turn: Int { Int(number & 1) }

  private func begin() {
    guard !isWriting else { return }
    isWriting = true
    number &+= 1
    firstOpen = 0
    for bucket in buckets { bucket.begin() }
  }

  func write(from element: Int) {
    begin()
    for bucket in buckets where bucket.stage == .writing {
      guard bucket.bucket.elements.lowerBound >= element, !bucket.bucket.carriesStatus else { break }
      bucket.write(number)
    }
  }

  func writeAll() {
    begin()
    isWriting = false
    status.post(to: memory.status(place, turn: turn))
    for bucket in buckets where bucket.stage == .writing { bucket.write(number) }
  }

  /// Advances the buckets. Polling one message moves all, and messages of a kind arrive in the order of the buckets. So if
  /// the first ones have not arrived, the others need not be polled.
  func advance() throws {
    var (sums, nodes) = (0, 0)
    for index in firstOpen..<buckets.count {
      let before = buckets[index].awaits
      if before.sums && sums >= Self.polledAtOnce || before.nodes && nodes >= Self.polledAtOnce { continue }
      try buckets[index].advance(number)
      let after = buckets[index].awaits
      sums += after.sums ? 1 : 0
      nodes += after.nodes ? 1 : 0
    }
    while firstOpen < buckets.count, buckets[firstOpen].stage == .done { firstOpen += 1 }
  }

  var isUnderWay: Bool {
    for index in firstOpen..<buckets.count where buckets[index].stage != .writing && buckets[index].stage != .done {
      return true
    }
    return false
  }

  func isComplete() throws -> Bool {
    try advance()
    guard firstOpen == buckets.count else { return false }
    status.collect(from: memory, turn: turn)
    return true
  }

  func wait(spin: UInt32, sleep: UInt32) -> Bool? {
    for index in firstOpen..<buckets.count where buckets[index].stage == .exchanging { return nil }
    return buckets[firstOpen].wait(number, spin: spin, sleep: sleep)
  }
}
