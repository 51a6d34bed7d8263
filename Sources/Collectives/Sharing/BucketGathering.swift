import CMPIShim

/// One bucket of a vector whose pieces each machine gives to all others.
final class BucketGathering {
  /// Where the bucket starts in the vector.
  let start: Int
  /// This rank's messages, if it has a stripe.
  private let messages: (sends: MessageRow, receives: MessageRow)?
  private let machine, machines: Int
  private let arrived: UnsafeMutablePointer<dpt_counter>
  private let owners: UInt32
  private var isReceiving = false
  /// Whether this rank's piece is under way to others.
  private(set) var isSending = false

  /// The bucket of a number.
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

  /// Whether this rank waits for messages: others' pieces, or that its own are taken.
  var isExchanging: Bool { isReceiving || isSending }

  /// All ranks are done with the values so far: others' pieces may come.
  func receive() throws {
    guard let messages else { return }
    isReceiving = true
    try messages.receives.start()
  }

  /// This rank's piece is made.
  func send() throws {
    guard let messages else { return }
    isSending = true
    // Each machine begins with the one behind it, so that not all write to one.
    for step in 1...machines { try messages.sends.start((machine + step) % machines) }
  }

  /// Sends what can be sent without waiting.
  func advanceSending() throws {
    if isSending, try messages?.sends.areComplete() ?? true { isSending = false }
  }

  /// Receives what is there, in the gathering of a number.
  func advanceReceiving(_ number: UInt32) throws {
    guard isReceiving, try messages?.receives.areComplete() ?? true else { return }
    isReceiving = false
    dpt_counter_arrive(arrived, number &* owners)
  }

  /// Whether the whole bucket has arrived on this machine.
  func hasArrived(_ number: UInt32) -> Bool { dpt_counter_reached(arrived, number &* owners) }

  /// Waits for other ranks of the machine; whether they have come in time.
  func wait(_ number: UInt32, spin: UInt32, sleep: UInt32) -> Bool {
    dpt_counter_wait(arrived, number &* owners, spin, sleep)
  }
}
