import Diagnostics

extension Communicator {
  /// Runs `body` on every rank and lets all succeed or all fail.
  ///
  /// Where any rank's body throws, every rank throws one and the same `Failure`: that of the lowest rank that failed,
  /// with the rank's name before the message unless all ranks failed alike. So a job whose input is broken, on all
  /// machines or on one, ends everywhere with one message. Every rank must call it; `body` may itself communicate only
  /// if all ranks do so alike. An error that is no `Failure` counts as one of the program (`ExitCode.software`).
  public func agree<T>(_ body: () throws -> T) throws -> T {
    let outcome = Result(catching: body)
    var own: Failure?
    var words: [Int]?
    if case .failure(let error) = outcome {
      words = (error as? Interruption)?.words
      own = error as? Failure ?? Failure(.software, "\(error)")
    }
    let failures = try words.map { try exchange(nil, lengths: $0) } ?? exchange(own)
    if let rank = failures.firstIndex(where: { $0 != nil }), let first = failures[rank] {
      let alike = failures.allSatisfy { $0?.failure == first.failure }
      throw alike ? first.failure : first.named
    }
    return try outcome.get()
  }

  /// Every rank's failure, on every rank; nil for those that have none.
  private func exchange(_ own: Failure?) throws -> [RemoteFailure?] {
    let payload = own.map { RemoteFailure($0, rank: name).encoded() } ?? []
    return try exchange(payload, lengths: try gatherWords(payload.count))
  }

  /// The same where all ranks' payloads' lengths are known; those of ranks that meant another operation are negative.
  private func exchange(_ payload: [UInt8]?, lengths: [Int]) throws -> [RemoteFailure?] {
    let lengths = lengths.map { max(0, $0) }
    let payload = payload ?? []
    guard lengths.contains(where: { $0 > 0 }) else { return Array(repeating: nil, count: size) }

    let offsets = lengths.indices.map { lengths[..<$0].reduce(0, +) }
    var all = [UInt8](repeating: 0, count: lengths.reduce(0, +))
    try payload.withUnsafeBytes { send in
      try all.withUnsafeMutableBytes { try allgather(send, into: $0, counts: lengths, offsets: offsets) }
    }
    return zip(offsets, lengths).map { RemoteFailure(decoding: all[$0..<($0 + $1)]) }
  }

  /// A number of every rank, 0 or more, for an operation that ranks begin within `agree`. Where another has come to the
  /// end of `agree` instead, because it failed, this throws what lets `agree` go on to hear of it.
  func gatherWithinAgreement(_ own: Int) throws -> [Int] {
    let words = try gatherWords(-1 - own)
    if words.contains(where: { $0 >= 0 }) { throw Interruption(words: words) }
    return words.map { -1 - $0 }
  }

  /// One word of every rank, on every rank.
  package func gatherWords(_ own: Int) throws -> [Int] {
    let width = MemoryLayout<Int>.size
    var words = [Int](repeating: 0, count: size)
    try withUnsafeBytes(of: own) { send in
      try words.withUnsafeMutableBytes {
        try allgather(
          send, into: $0, counts: Array(repeating: width, count: size), offsets: (0..<size).map { $0 * width })
      }
    }
    return words
  }
}

/// Another rank has ended what this one is in the midst of; the lengths of all ranks' failures.
private struct Interruption: Error, CustomStringConvertible {
  let words: [Int]
  var description: String { "another rank has ended what this one is in the midst of" }
}

/// A failure and the name of the rank where it arose, as it travels: exit code, then the texts, each closed by a zero.
private struct RemoteFailure {
  let failure: Failure
  let rank: String

  init(_ failure: Failure, rank: String) {
    self.failure = failure
    self.rank = rank
  }

  init?(decoding bytes: ArraySlice<UInt8>) {
    guard let first = bytes.first else { return nil }
    let texts = bytes.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard texts.count >= 3 else { return nil }
    failure = Failure(
      ExitCode(rawValue: Int32(first)) ?? .software, texts[1], advice: texts[2].isEmpty ? nil : texts[2])
    rank = texts[0]
  }

  func encoded() -> [UInt8] {
    let texts = [rank, failure.message, failure.advice ?? ""]
    return [UInt8(truncatingIfNeeded: failure.exitCode.rawValue)] + texts.flatMap { $0.utf8.filter { $0 != 0 } + [0] }
  }

  /// The failure with the rank's name before its message.
  var named: Failure { Failure(failure.exitCode, "\(rank): \(failure.message)", advice: failure.advice) }
}
