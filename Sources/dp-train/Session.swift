import DPTrain

/// What every subcommand that computes does around its work.
enum Session {
  /// Opens the communicator, prepares on all ranks, makes sure that all prepared the same, then works.
  ///
  /// A failure in `prepare` on any rank ends the job on all with one message, from rank 0; one in `work` is printed by
  /// the rank that met it, and ends the job on all. `description` tells what a rank is about to do: a stale recipe or
  /// data file on one machine would otherwise give wrong weights, or a hang.
  static func run<T>(
    prepare: (any Communicator) throws -> T, description: (T) -> String, work: (any Communicator, T) throws -> Void
  ) throws {
    let communicator = try Launch.openCommunicator()
    let prepared: T
    do {
      prepared = try communicator.agree { try prepare(communicator) }
      let own = description(prepared)
      let first = try communicator.text(own, from: 0)
      try communicator.agree { try compare(own, with: first) }
    } catch let failure as Failure {
      communicator.abort(failure, alike: true)
    }
    do {
      try work(communicator, prepared)
      try communicator.close()
    } catch let common as CommonFailure {
      communicator.abort(common.failure, alike: true)
    } catch let failure as Failure {
      communicator.abort(failure)
    }
  }

  /// What all ranks must have alike before they work together.
  static func describe(_ subcommand: String, _ recipe: Recipe, _ experiment: Experiment) -> String {
    let data = experiment.data.all.map { split, samples in
      "\(samples.count) \(split.rawValue) samples of \(samples.inputShape), classes \(samples.classNames)"
        + (samples.facts.alphabet.map { ", alphabet \"\($0)\"" } ?? "")
    }
    return ([subcommand, recipe.resolvedYAML()] + data).joined(separator: "\n")
  }

  private static func compare(_ own: String, with first: String) throws {
    guard own != first else { return }
    let lines = (own.split(separator: "\n"), first.split(separator: "\n"))
    let differing = zip(lines.0, lines.1).first { $0 != $1 }
    throw Failure(
      .configuration,
      "this rank's recipe or data differ from rank 0's: "
        + (differing.map { "\"\($0.0.trimmed)\" here, \"\($0.1.trimmed)\" there" } ?? "one says more than the other"),
      advice: "the same recipe, command line and data files must be on every machine")
  }

  /// Ends the job for a failure that comes before any work: on all ranks alike, or on one, where the others are at
  /// the agreement in `run`. Ranks that ended on their own might be gone before rank 0 has said why.
  static func refuse(_ failure: Failure) throws -> Never {
    let communicator = try Launch.openCommunicator()
    var agreed = failure
    do {
      try communicator.agree { throw failure }
    } catch let common as Failure {
      agreed = common
    }
    communicator.abort(agreed, alike: true)
  }
}

extension Communicator {
  /// One rank's text, on every rank.
  func text(_ own: String, from root: Int) throws -> String {
    var length = UInt64(own.utf8.count)
    try withUnsafeMutableBytes(of: &length) { try broadcast($0, root: root) }
    var bytes = rank == root ? Array(own.utf8) : [UInt8](repeating: 0, count: Int(length))
    try bytes.withUnsafeMutableBytes { try broadcast($0, root: root) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Substring {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
