/// Looks on while a model trains; the trainer does not know what it does. Observers are called on rank 0 alone.
public protocol Observer: AnyObject {
  /// Before the first step.
  func runWillStart(totalSteps: Int) throws
  /// After each step.
  func stepDidFinish(_ report: StepReport) throws
  /// After each evaluation.
  func evaluationDidFinish(_ report: EvaluationReport) throws
  /// After the last step and the last evaluation.
  func runDidFinish(_ summary: RunSummary) throws
}

extension Observer {
  /// Does nothing.
  public func runWillStart(totalSteps: Int) throws {}
  /// Does nothing.
  public func stepDidFinish(_ report: StepReport) throws {}
  /// Does nothing.
  public func evaluationDidFinish(_ report: EvaluationReport) throws {}
  /// Does nothing.
  public func runDidFinish(_ summary: RunSummary) throws {}
}
