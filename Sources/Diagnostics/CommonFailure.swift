/// A failure that all ranks have in common; only rank 0 prints it.
public struct CommonFailure: Error {
  /// The failure.
  public let failure: Failure
  /// Whether the training itself is the cause, such as a loss that is not finite: it would fail again on other machines.
  public let isOfTraining: Bool

  /// Marks a failure as common to all ranks.
  public init(_ failure: Failure, isOfTraining: Bool = false) {
    self.failure = failure
    self.isOfTraining = isOfTraining
  }
}
