import CMPIShim

/// One bucket of a reduction on one rank, and how far it has come.
final class BucketReduction {
  /// What is to happen next.
  enum Stage {
    /// This rank writes its nodes.
    case writing
    /// The other ranks of the machine write theirs; only the owner of a lane waits for that.
    case gathering
    /// The lane's sum is made, with other machines.
    case exchanging
    /// All lanes' sums are made.
    case joining
    /// Nothing: the sum lies in the result.
    case done
  }

  let bucket: ReductionPlan.Bucket
  private(set) var stage = Stage.done
  private let written, joined: UnsafeMutablePointer<dpt_counter>
  private let writers, owners: UInt32
  private let exchange: (any Exchange)?

  /// A plan's bucket, for the rank at a place, which may have a lane of it. Messages go under the bucket's number from
  /// `tag` on; what rounding leaves out goes to `residuals`.
  init(
    _ plan: ReductionPlan, bucket number: Int, at place: (machine: Int, place: Int), _ memory: ReductionMemory,
    _ messenger: any Messenger, tag: Int, residuals: Residuals?
  ) throws {
    let bucket = plan.buckets[number]
    self.bucket = bucket
    written = memory.counter(ofBucket: number, .written)
    joined = memory.counter(ofBucket: number, .joined)
    writers = UInt32(plan.machines[place.machine].count)
    owners = UInt32(bucket.lanes.count)
    exchange = try ExchangePlace(plan, bucket: number, at: place, memory, tag: tag)?
      .makeExchange(messenger, residuals: residuals)
  }

  /// Whether messages are waited for: of sums that others have made, or of what they are made from.
  var awaits: (sums: Bool, nodes: Bool) {
    guard stage == .exchanging, let exchange else { return (false, false) }
    return (exchange.isJoined, !exchange.isJoined)
  }

  /// A new reduction begins.
  func begin() { stage = .writing }

  /// This rank's nodes are written for the reduction of a number.
  func write(_ reduction: UInt32) {
    dpt_counter_arrive(written, reduction &* writers)
    stage = exchange == nil ? .joining : .gathering
  }

  /// Goes on as far as that is possible without waiting.
  func advance(_ reduction: UInt32) throws {
    if stage == .gathering, let exchange, dpt_counter_reached(written, reduction &* writers) {
      try exchange.begin(slot: Int(reduction & 1))
      stage = .exchanging
    }
    if stage == .exchanging, try exchange?.advance() ?? true {
      dpt_counter_arrive(joined, reduction &* owners)
      stage = .joining
    }
    if stage == .joining, dpt_counter_reached(joined, reduction &* owners) { stage = .done }
  }

  /// Waits for other ranks of the machine, where those are what is waited for; whether they have come in time.
  func wait(_ reduction: UInt32, spin: UInt32, sleep: UInt32) -> Bool {
    switch stage {
    case .gathering: dpt_counter_wait(written, reduction &* writers, spin, sleep)
    case .joining: dpt_counter_wait(joined, reduction &* owners, spin, sleep)
    case .writing, .exchanging, .done: true
    }
  }
}
