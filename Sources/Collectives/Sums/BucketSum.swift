import CMPIShim

/// One bucket of a sum on one rank, and its progress.
final class BucketSum {
  /// The current stage.
  enum Stage {
    /// This rank writes its nodes.
    case writing
    /// The other ranks of the machine write theirs; only the owner of a stripe waits for that.
    case gathering
    /// This rank computes its stripe's sum, with other machines.
    case exchanging
    /// The machine's other ranks complete their stripes.
    case joining
    /// The sum is in the result.
    case done
  }

  let bucket: Bucket
  private(set) var stage = Stage.done
  private let written, joined: UnsafeMutablePointer<dpt_counter>
  private let writers, owners: UInt32
  /// Nil if this rank has no stripe of the bucket.
  private let exchange: (any Exchange)?

  /// The sum of bucket `number`; `residuals` keeps the rounding errors.
  init(_ participant: Participant, bucket number: Int, residuals: Residuals?) throws {
    bucket = participant.plan.buckets[number]
    written = participant.memory.counter(ofBucket: number, .written)
    joined = participant.memory.counter(ofBucket: number, .joined)
    writers = UInt32(participant.neighbours)
    owners = UInt32(bucket.stripes.count)
    exchange = try ExchangePlace(participant, bucket: number)?.makeExchange(residuals: residuals)
  }

  /// Whether the bucket waits for messages: sums of others, or nodes to add.
  var awaits: (sums: Bool, nodes: Bool) {
    guard stage == .exchanging, let exchange else { return (false, false) }
    return (exchange.isJoined, !exchange.isJoined)
  }

  /// Begins a new sum.
  func begin() { stage = .writing }

  /// Marks this rank's nodes as written, for sum `number`.
  func write(_ number: UInt32) {
    dpt_counter_arrive(written, number &* writers)
    stage = exchange == nil ? .joining : .gathering
  }

  /// Does all that is possible without waiting.
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

  /// Waits for other ranks of the machine if the stage needs them; returns whether they have come in time.
  func wait(_ number: UInt32, spin: UInt32, sleep: UInt32) -> Bool {
    switch stage {
    case .gathering: dpt_counter_wait(written, number &* writers, spin, sleep)
    case .joining: dpt_counter_wait(joined, number &* owners, spin, sleep)
    case .writing, .exchanging, .done: true
    }
  }
}
