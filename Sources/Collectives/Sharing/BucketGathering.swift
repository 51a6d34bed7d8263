import CMPIShim

/// The allgather of one bucket of a vector: each machine sends its pieces to all others.
final class BucketGathering {
  /// The start of the bucket in the vector.
  let start: Int
  /// This rank's messages, if it has a stripe.
  private let messages: (sends: MessageRow, receives: MessageRow)?
  private let machine, machines: Int
  private let arrived: UnsafeMutablePointer<dpt_counter>
  private let owners: UInt32
  private var isReceiving = false
  /// Whether this rank's piece is being sent.
  private(set) var isSending = false

  /// The gathering of bucket `number`.
  init(_ participant: Participant, bucket number: Int) throws {
    let (plan, memory) = (participant.plan, participant.memory)
    let bucket = plan.buckets[number]
    start = bucket.elements.lowerBound
    owners = UInt32(bucket.stripes.count)
    arrived = memory.counter(ofBucket: number, .arrived)
    (machine, machines) = (participant.machine, plan.machines.count)
    messages = try ExchangePlace(participant, bucket: number).map { place in
      let pieces = place.pieces
      func bytes(_ machine: Int) -> UnsafeMutableRawBufferPointer {
        (memory.values + pieces[machine].lowerBound).bytes(pieces[machine].count)
      }
      return (
        sends: try place.row(.send) { _ in bytes(place.machine) }, receives: try place.row(.receive, bytes)
      )
    }
  }

  /// Whether this rank waits for messages in either direction.
  var isExchanging: Bool { isReceiving || isSending }

  /// Starts to receive the others' pieces. All ranks must be done with the former values.
  func receive() throws {
    guard let messages else { return }
    isReceiving = true
    try messages.receives.start()
  }

  /// Starts to send this rank's piece, which must be complete.
  func send() throws {
    guard let messages else { return }
    isSending = true
    // Each machine begins with its successor, so that not all send to the same one.
    for step in 1...machines { try messages.sends.start((machine + step) % machines) }
  }

  /// Polls the sending. Never waits.
  func advanceSending() throws {
    if isSending, try messages?.sends.areComplete() ?? true { isSending = false }
  }

  /// Polls the receiving, in gathering `number`. Never waits.
  func advanceReceiving(_ number: UInt32) throws {
    guard isReceiving, try messages?.receives.areComplete() ?? true else { return }
    isReceiving = false
    dpt_counter_arrive(arrived, number &* owners)
  }

  /// Whether the whole bucket has arrived on this machine.
  func hasArrived(_ number: UInt32) -> Bool { dpt_counter_reached(arrived, number &* owners) }

  /// Waits for other ranks of the machine; returns whether the bucket has arrived in time.
  func wait(_ number: UInt32, spin: UInt32, sleep: UInt32) -> Bool {
    dpt_counter_wait(arrived, number &* owners, spin, sleep)
  }
}
