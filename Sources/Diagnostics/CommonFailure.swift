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

  /// Runs `body` and marks its failure: it is one that all ranks have in common.
  package static func marking<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let failure as Failure {
      throw CommonFailure(failure)
    }
  }
}
