import CMPIShim

/// One bucket of a vector whose pieces each machine gives to all others.
final class BucketGathering {
  /// Where the bucket starts in the vector.
  let start: Int
  /// This rank's messages, where it has a lane.
  private let messages: (sends: MessageRow, receives: MessageRow)?
  private let machine, machines: Int
  private let gathered: UnsafeMutablePointer<dpt_counter>
  private let owners: UInt32
  private var isReceiving = false
  /// Whether this rank's piece is under way to others.
  private(set) var isSending = false

  /// A plan's bucket, for the rank at a place.
  init(
    _ plan: ReductionPlan, bucket number: Int, at place: (machine: Int, place: Int), _ memory: ReductionMemory,
    _ messenger: any Messenger, tag: Int
  ) throws {
    let bucket = plan.buckets[number]
    start = bucket.elements.lowerBound
    owners = UInt32(bucket.lanes.count)
    gathered = memory.counter(ofBucket: number, .gathered)
    (machine, machines) = (place.machine, plan.machines.count)
    messages = try ExchangePlace(plan, bucket: number, at: place, memory, tag: tag).map { part in
      let pieces = part.pieces
      func bytes(_ machine: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(start: memory.values + pieces[machine].lowerBound, count: pieces[machine].count))
      }
      return (
        sends: try part.row(.send, messenger) { _ in bytes(place.machine) },
        receives: try part.row(.receive, messenger, bytes)
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

  /// Goes on with the sending as far as that is possible without waiting.
  func advanceSending() throws {
    if isSending, try messages?.sends.areComplete() ?? true { isSending = false }
  }

  /// The same with the receiving, in the gathering of a number.
  func advanceReceiving(_ gathering: UInt32) throws {
    guard isReceiving, try messages?.receives.areComplete() ?? true else { return }
    isReceiving = false
    dpt_counter_arrive(gathered, gathering &* owners)
  }

  /// Whether the whole bucket has come to this machine.
  func isHere(_ gathering: UInt32) -> Bool { dpt_counter_reached(gathered, gathering &* owners) }

  /// Waits for other ranks of the machine; whether they have come in time.
  func wait(_ gathering: UInt32, spin: UInt32, sleep: UInt32) -> Bool {
    dpt_counter_wait(gathered, gathering &* owners, spin, sleep)
  }
}
