import DPTrain

/// What every subcommand that computes does around its work.
enum Session {
  /// Opens the communicator, prepares on all ranks, then works.
  ///
  /// A failure in `prepare` on any rank ends the job on all with one message, from rank 0; one in `work` is printed by
  /// the rank that met it, and ends the job on all.
  static func run<T>(
    prepare: (any Communicator) throws -> T, work: (any Communicator, T) throws -> Void
  ) throws {
    let communicator = try Launch.openCommunicator()
    let prepared: T
    do {
      prepared = try communicator.agree { try prepare(communicator) }
    } catch let failure as Failure {
      communicator.abort(failure, alike: true)
    }
    do {
      try work(communicator, prepared)
      try communicator.close()
    } catch let failure as Failure {
      communicator.abort(failure)
    }
  }
}
