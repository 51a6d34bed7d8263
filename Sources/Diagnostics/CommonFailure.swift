/// A failure that every rank has met alike, so that one message from rank 0 says it for all.
public struct CommonFailure: Error {
  /// What went wrong.
  public let failure: Failure

  /// Marks a failure as every rank's.
  public init(_ failure: Failure) {
    self.failure = failure
  }
}
