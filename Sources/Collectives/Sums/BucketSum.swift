import CMPIShim

/// One bucket of a sum on one rank, and how far it has come.
final class BucketSum {
  /// What is to happen next.
  enum Stage {
    /// This rank writes its nodes.
    case writing
    /// The other ranks of the machine write theirs; only the owner of a stripe waits for that.
    case gathering
    /// The stripe's sum is made, with other machines.
    case exchanging
    /// All stripes' sums are made.
    case joining
    /// Nothing: the sum lies in the result.
    case done
  }

  let bucket: Bucket
  private(set) var stage = Stage.done
  private let written, joined: UnsafeMutablePointer<dpt_counter>
  private let writers, owners: UInt32
  /// Nil if this rank has no stripe of the bucket.
  private let exchange: (any Exchange)?

  /// The bucket of a number; what rounding leaves out goes to `residuals`.
  init(_ participant: Participant, bucket number: Int, residuals: Residuals?) throws {
    bucket = participant.plan.buckets[number]
    written = participant.memory.counter(ofBucket: number, .written)
    joined = participant.memory.counter(ofBucket: number, .joined)
    writers = UInt32(participant.neighbours)
    owners = UInt32(bucket.stripes.count)
    exchange = try ExchangePlace(participant, bucket: number)?.makeExchange(residuals: residuals)
  }

  /// Whether messages are waited for: sums that others have made, or nodes to be added.
  var awaits: (sums: Bool, nodes: Bool) {
    guard stage == .exchanging, let exchange else { return (false, false) }
    return (exchange.isJoined, !exchange.isJoined)
  }

  /// A new sum begins.
  func begin() { stage = .writing }

  /// This rank's nodes are written for the sum of a number.
  func write(_ number: UInt32) {
    dpt_counter_arrive(written, number &* writers)
    stage = exchange == nil ? .joining : .gathering
  }

  /// Does what can be done without waiting.
  func advance(_ number: UInt32) throws {
    if stage == .gathering, let exchange, dpt_counter_reached(written, number &* writers) {
      try exchange.begin(turn: Int(number & 1))
      stage = .exchanging
    }
    if stage == .exchanging, try exchange?.advance() ?? true {
      dpt_counter_arrive(joined, number &* owners)
      stage = .joining
    }
    if stage == .joining, dpt_counter_reached(joined, number &* owners) { stage = .done }
  }

  /// Waits for other ranks of the machine, if these are waited for; whether they have come in time.
  func wait(_ number: UInt32, spin: UInt32, sleep: UInt32) -> Bool {
    switch stage {
    case .gathering: dpt_counter_wait(written, number &* writers, spin, sleep)
    case .joining: dpt_counter_wait(joined, number &* owners, spin, sleep)
    case .writing, .exchanging, .done: true
    }
  }
}
