/// Is told of the progress of a training and changes nothing. Observers are called on rank 0 only.
public protocol Observer: AnyObject {
  /// Called before the first step of this process, which is step `step` + 1 of the run.
  func runWillStart(step: Int, totalSteps: Int) throws
  /// Called after each step.
  func stepDidFinish(_ report: StepReport) throws
  /// Called after `stepDidFinish` for each step whose tensors are recorded: those of the settings' cadence, and unusual ones.
  /// The report is valid during the call.
  func tensorsDidChange(_ report: TensorReport) throws
  /// Called after `runWillStart` and between steps, if the ranks' shares of the shards follow their speed.
  func sharesDidChange(_ report: ShareReport) throws
  /// Called after each evaluation.
  func evaluationDidFinish(_ report: EvaluationReport) throws
  /// Called before a checkpoint is taken. Writes all records to disk, and returns the length in bytes of each growing file by
  /// its name in the run folder. A resumed run continues after these bytes.
  func checkpointWillBeTaken() throws -> [String: Int]
  /// Called after the last step and the last evaluation.
  func runDidFinish(_ summary: RunSummary) throws
}

extension Observer {
  /// Does nothing.
  public func runWillStart(step: Int, totalSteps: Int) throws {}
  /// Does nothing.
  public func stepDidFinish(_ report: StepReport) throws {}
  /// Does nothing.
  public func tensorsDidChange(_ report: TensorReport) throws {}
  /// Does nothing.
  public func sharesDidChange(_ report: ShareReport) throws {}
  /// Does nothing.
  public func evaluationDidFinish(_ report: EvaluationReport) throws {}
  /// No files.
  public func checkpointWillBeTaken() throws -> [String: Int] { [:] }
  /// Does nothing.
  public func runDidFinish(_ summary: RunSummary) throws {}
}
