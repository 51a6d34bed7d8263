import CMPIShim

/// What the network between the machines of a job does, measured for a moment, and what follows from it.
public struct NetworkMeasurement: Codable, Sendable, Equatable {
  /// Seconds from the start of a short message to its arrival, on the slowest connection measured.
  public let latency: Double
  /// Bytes a second each way between two machines that send to each other, on the slowest connection measured.
  public let bytesPerSecond: Double
  /// The length of the stretches in which gradients travel between machines while the backward pass goes on. Longer ones
  /// need fewer messages, of shorter ones more have travelled when the pass ends. It never changes the result.
  public let bucketBytes: Int

  private static let rounds = 20
  private static let largeBytes = 1 << 20
  private static let looksBeforeYielding = 1000
  /// The messages' latency may take this share of a bucket's time.
  private static let latencyShare = 0.1
  private static let bucketLimits = (lower: 256 << 10, upper: 16 << 20)

  /// What was found or decided otherwise.
  package init(latency: Double, bytesPerSecond: Double, bucketBytes: Int) {
    self.latency = latency
    self.bytesPerSecond = bytesPerSecond
    self.bucketBytes = bucketBytes
  }

  /// What follows from a latency in seconds and a rate.
  package init(latency: Double, bytesPerSecond: Double) {
    // A power of two: measurements that differ a little give the same.
    let wanted = latency / Self.latencyShare * bytesPerSecond
    var bytes = Self.bucketLimits.lower
    while Double(bytes) < wanted, bytes < Self.bucketLimits.upper { bytes *= 2 }
    self.init(latency: latency, bytesPerSecond: bytesPerSecond, bucketBytes: bytes)
  }

  /// Measures between pairs of neighbouring machines, all at once; every rank calls it. Nil where there is one machine.
  public static func measure(_ communicator: any Communicator) throws -> NetworkMeasurement? {
    let machines = communicator.machines
    guard machines.count > 1 else { return nil }
    let tag = communicator.takeTags(1)
    let own = machines.firstIndex { $0[0] == communicator.rank }
    var times = (short: 0.0, long: 0.0)
    if let own, machines.indices.contains(own ^ 1) {
      times = try exchange(with: machines[own ^ 1][0], isFirst: own < own ^ 1, tag: tag, communicator)
    }
    // The same numbers on all ranks.
    let nanoseconds = try [times.short, times.long].map { try communicator.gatherWords(Int($0 * 1e9)).max() ?? 0 }
    let latency = Double(nanoseconds[0]) * 1e-9
    let long = max(Double(nanoseconds[1]) * 1e-9 - latency, 1e-9)
    return NetworkMeasurement(latency: latency, bytesPerSecond: Double(largeBytes) / long)
  }

  /// Seconds of a short message one way, and of a long one both ways at once; the least of several.
  private static func exchange(
    with peer: Int, isFirst: Bool, tag: Int, _ communicator: any Communicator
  ) throws -> (short: Double, long: Double) {
    let memory = SharedMemory(byteCounts: [largeBytes, largeBytes])
    func messages(_ count: Int) throws -> (out: any Message, back: any Message) {
      func message(_ direction: MessageDirection, _ part: Int) throws -> any Message {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: memory.parts[part].prefix(count))
        return try communicator.message(direction, bytes, peer: peer, tag: tag)
      }
      return (try message(.send, 0), try message(.receive, 1))
    }
    func finish(_ message: any Message) throws {
      var looks = 0
      while try !message.isComplete() {
        looks += 1
        dpt_pause(communicator.isOversubscribed || looks > looksBeforeYielding)
      }
    }
    let clock = ContinuousClock()
    func least(_ body: () throws -> Void) throws -> Double {
      var least = Double.infinity
      for _ in 0..<rounds {
        let start = clock.now
        try body()
        least = min(least, (clock.now - start) / .seconds(1))
      }
      return least
    }
    let short = try messages(8)
    let roundTrip = try least {
      for sends in [isFirst, !isFirst] {
        let message = sends ? short.out : short.back
        try message.start()
        try finish(message)
      }
    }
    let long = try messages(largeBytes)
    var time = Double.infinity
    for _ in 0..<3 {
      let start = clock.now
      try long.back.start()
      try long.out.start()
      try finish(long.back)
      try finish(long.out)
      time = min(time, (clock.now - start) / .seconds(1))
    }
    return (roundTrip / 2, time)
  }
}
