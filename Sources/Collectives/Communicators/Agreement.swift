import Diagnostics

extension Communicator {
  /// Runs `body` on every rank and lets all succeed or all fail.
  ///
  /// If any rank's body throws, every rank throws the same `Failure`: that of the lowest rank that failed, with the rank's
  /// name before the message unless all ranks failed alike. So a job whose input is broken, on all machines or on one, ends
  /// everywhere with one message. Every rank must call it; `body` may itself communicate only if all ranks do so alike. An
  /// error that is no `Failure` counts as one of the program (`ExitCode.software`).
  public func agree<T>(_ body: () throws -> T) throws -> T {
    let outcome = Result(catching: body)
    var own: Failure?
    var lengths: [Int]?
    if case .failure(let error) = outcome {
      lengths = (error as? Interruption)?.lengths
      own = error as? Failure ?? Failure(.software, "\(error)")
    }
    let failures = try lengths.map { try exchange([], lengths: $0) } ?? exchange(own)
    if let rank = failures.firstIndex(where: { $0 != nil }), let first = failures[rank] {
      let alike = failures.allSatisfy { $0?.failure == first.failure }
      throw alike ? first.failure : first.named
    }
    return try outcome.get()
  }

  /// Every rank's failure, on every rank; nil for those that have none.
  private func exchange(_ own: Failure?) throws -> [RemoteFailure?] {
    let payload = own.map { RemoteFailure($0, rank: name).encoded() } ?? []
    return try exchange(payload, lengths: try gather(payload.count))
  }

  /// The same if the lengths of all ranks' payloads are known; those of ranks that meant another operation are negative.
  private func exchange(_ payload: [UInt8], lengths: [Int]) throws -> [RemoteFailure?] {
    let lengths = lengths.map { max(0, $0) }
    guard lengths.contains(where: { $0 > 0 }) else { return Array(repeating: nil, count: size) }
    return try gather(payload, counts: lengths).split(lengths).map(RemoteFailure.init(decoding:))
  }

  /// A number of every rank, 0 or more, for an operation that ranks begin within `agree`. If another rank has reached the
  /// end of `agree` instead, because it failed, this throws an error from which `agree` learns that.
  package func gatherWithinAgreement(_ own: Int) throws -> [Int] {
    let numbers = try gather(-1 - own)
    if numbers.contains(where: { $0 >= 0 }) { throw Interruption(lengths: numbers) }
    return numbers.map { -1 - $0 }
  }
}

/// Another rank has failed before an operation that this rank has begun.
private struct Interruption: Error, CustomStringConvertible {
  /// The lengths of all ranks' failures; negative for ranks that have begun the operation.
  let lengths: [Int]
  var description: String { "another rank failed before an operation of all ranks" }
}

/// A failure and the name of the rank where it arose, as bytes: the exit code, then the texts, each ended by a zero.
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
