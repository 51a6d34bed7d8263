/// A failure that all ranks have in common; only rank 0 prints it.
public struct CommonFailure: Error {
  /// The failure.
  public let failure: Failure

  /// Marks a failure as common to all ranks.
  public init(_ failure: Failure) {
    self.failure = failure
  }
}
