import CMPIShim

extension LinkSpeed {
  private static let rounds = 20
  /// How many buckets are exchanged at once.
  private static let buckets = 4
  private static let looksBeforeYielding = 1000

  /// Measures between all pairs of neighbouring machines at the same time. Every rank calls it. Nil on one machine.
  ///
  /// `includingCores` also measures the time that messages take of a core. Only forecasts need it.
  public static func measure(
    _ communicator: any Communicator, includingCores: Bool = false
  ) throws -> LinkSpeed? {
    let machines = communicator.machines
    guard machines.count > 1 else { return nil }
    let tag = communicator.takeTags(1)
    let own = machines.firstIndex { $0[0] == communicator.rank }
    var times = (short: 0.0, pieces: 0.0, sums: 0.0)
    var loss: Double?
    if let own, machines.indices.contains(own ^ 1) {
      let peer = machines[own ^ 1][0]
      times = try exchange(with: peer, isFirst: own < own ^ 1, tag: tag, communicator)
      loss = includingCores ? try CoreLoss(communicator).measure(with: peer, tag: tag) : nil
    }
    // The same numbers on all ranks, in 10⁻¹⁵ s, or -1 for none.
    let found = try [times.short, times.pieces, times.sums, loss].map { time in
      Double(try communicator.gather(time.map { Int($0 * 1e15) } ?? -1).max() ?? 0) * 1e-15
    }
    func rate(_ phases: Int, _ seconds: Double) -> Double {
      Double(phases * buckets * bucketLimits.lower) / max(seconds - Double(phases) * found[0], 1e-9)
    }
    return LinkSpeed(
      latency: found[0], bytesPerSecond: rate(2, found[2]), pieceBytesPerSecond: rate(1, found[1]),
      coreSecondsPerByte: found[3] < 0 ? nil : found[3])
  }

  /// Seconds of a short message one way, the least of several; and medians for messages that go both ways at once, as
  /// buckets do: pieces alone, and pieces followed by sums of the same length.
  private static func exchange(
    with peer: Int, isFirst: Bool, tag: Int, _ communicator: any Communicator
  ) throws -> (short: Double, pieces: Double, sums: Double) {
    let memory = SharedMemory(byteCounts: Array(repeating: bucketLimits.lower, count: 2 * buckets))
    func messages(_ pair: Int, _ count: Int) throws -> (out: any Message, back: any Message) {
      func message(_ direction: MessageDirection, _ area: Int) throws -> any Message {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: memory.areas[area].prefix(count))
        return try communicator.message(direction, bytes, peer: peer, tag: tag)
      }
      return (try message(.send, 2 * pair), try message(.receive, 2 * pair + 1))
    }
    func finish(_ message: any Message) throws {
      var looks = 0
      while try !message.isComplete() {
        looks += 1
        dpt_pause(communicator.isOversubscribed || looks > looksBeforeYielding)
      }
    }
    let short = try messages(0, 8)
    let roundTrips = try (0..<rounds).map { _ in
      try seconds {
        for sends in [isFirst, !isFirst] {
          let message = sends ? short.out : short.back
          try message.start()
          try finish(message)
        }
      }
    }
    let long = try (0..<buckets).map { try messages($0, bucketLimits.lower) }
    func start(_ bucket: (out: any Message, back: any Message)) throws {
      try bucket.back.start()
      try bucket.out.start()
    }
    func finish(_ bucket: (out: any Message, back: any Message)) throws {
      try finish(bucket.back)
      try finish(bucket.out)
    }
    func time(followedBySums: Bool) throws -> Double {
      let times = try (0..<3).map { _ in
        try seconds {
          for bucket in long { try start(bucket) }
          for bucket in long {
            try finish(bucket)
            if followedBySums { try start(bucket) }
          }
          for bucket in long where followedBySums { try finish(bucket) }
        }
      }
      return times.sorted()[1]
    }
    return (
      (roundTrips.min() ?? 0) / 2, try time(followedBySums: false), try time(followedBySums: true)
    )
  }
}

/// The seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double { try ContinuousClock().measure(body) / .seconds(1) }
