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

  /// Seconds of a core for each byte that a rank sends and for each that it gets while it computes; nil where that was not
  /// measured, or messages do not move meanwhile.
  public let coreSecondsPerByte: Double?

  private static let rounds = 20
  /// Buckets that are exchanged at once.
  private static let buckets = 4
  private static let looksBeforeYielding = 1000
  /// The messages' latency may take this share of a bucket's time.
  private static let latencyShare = 0.1
  private static let bucketLimits = (lower: 512 << 10, upper: 16 << 20)

  /// What was found or decided otherwise.
  package init(latency: Double, bytesPerSecond: Double, bucketBytes: Int, coreSecondsPerByte: Double? = nil) {
    self.latency = latency
    self.bytesPerSecond = bytesPerSecond
    self.bucketBytes = bucketBytes
    self.coreSecondsPerByte = coreSecondsPerByte
  }

  /// What follows from a latency in seconds and a rate.
  package init(latency: Double, bytesPerSecond: Double, coreSecondsPerByte: Double? = nil) {
    // A power of two: measurements that differ a little give the same.
    let wanted = latency / Self.latencyShare * bytesPerSecond
    var bytes = Self.bucketLimits.lower
    while Double(bytes) < wanted, bytes < Self.bucketLimits.upper { bytes *= 2 }
    self.init(
      latency: latency, bytesPerSecond: bytesPerSecond, bucketBytes: bytes, coreSecondsPerByte: coreSecondsPerByte)
  }

  /// Measures between pairs of neighbouring machines, all at once; every rank calls it. Nil where there is one machine.
  ///
  /// What messages take of a core is measured where it is asked for: forecasts want it, trainings do not.
  public static func measure(
    _ communicator: any Communicator, includingCores: Bool = false
  ) throws -> NetworkMeasurement? {
    let machines = communicator.machines
    guard machines.count > 1 else { return nil }
    let tag = communicator.takeTags(1)
    let own = machines.firstIndex { $0[0] == communicator.rank }
    var times = (short: 0.0, long: 0.0)
    var loss: Double?
    if let own, machines.indices.contains(own ^ 1) {
      let peer = machines[own ^ 1][0]
      times = try exchange(with: peer, isFirst: own < own ^ 1, tag: tag, communicator)
      loss = includingCores ? try CoreLoss(communicator).measure(with: peer, tag: tag) : nil
    }
    // The same numbers on all ranks, in 10⁻¹⁵ s, or -1 for none.
    let found = try [times.short, times.long, loss].map { time in
      Double(try communicator.gatherWords(time.map { Int($0 * 1e15) } ?? -1).max() ?? 0) * 1e-15
    }
    let long = max(found[1] - 2 * found[0], 1e-9)
    return NetworkMeasurement(
      latency: found[0], bytesPerSecond: Double(2 * buckets * bucketLimits.lower) / long,
      coreSecondsPerByte: found[2] < 0 ? nil : found[2])
  }

  /// Seconds of a short message one way, the least of several, and of what goes both ways at once as in the exchange of
  /// buckets: first nodes, and what stands for their sums as soon as they have come; the median of several.
  private static func exchange(
    with peer: Int, isFirst: Bool, tag: Int, _ communicator: any Communicator
  ) throws -> (short: Double, long: Double) {
    let memory = SharedMemory(byteCounts: Array(repeating: bucketLimits.lower, count: 2 * buckets))
    func messages(_ part: Int, _ count: Int) throws -> (out: any Message, back: any Message) {
      func message(_ direction: MessageDirection, _ part: Int) throws -> any Message {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: memory.parts[part].prefix(count))
        return try communicator.message(direction, bytes, peer: peer, tag: tag)
      }
      return (try message(.send, 2 * part), try message(.receive, 2 * part + 1))
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
    let times = try (0..<3).map { _ in
      try seconds {
        for bucket in long {
          try bucket.back.start()
          try bucket.out.start()
        }
        for bucket in long {
          try finish(bucket.back)
          try finish(bucket.out)
          try bucket.back.start()
          try bucket.out.start()
        }
        for bucket in long {
          try finish(bucket.back)
          try finish(bucket.out)
        }
      }
    }
    return ((roundTrips.min() ?? 0) / 2, times.sorted()[1])
  }
}

/// The seconds that something takes.
func seconds(_ body: () throws -> Void) rethrows -> Double { try ContinuousClock().measure(body) / .seconds(1) }
