/// Looks on while a model trains; the trainer does not know what it does. Observers are called on rank 0 alone.
public protocol Observer: AnyObject {
  /// Before the first step of this process, which is step `step` + 1 of the run.
  func runWillStart(step: Int, totalSteps: Int) throws
  /// After each step.
  func stepDidFinish(_ report: StepReport) throws
  /// After each step whose tensors are recorded, behind `stepDidFinish`: those of the settings' cadence, and unusual ones.
  /// What it is given is valid during the call.
  func tensorsDidChange(_ report: TensorReport) throws
  /// After each evaluation.
  func evaluationDidFinish(_ report: EvaluationReport) throws
  /// Before a checkpoint is taken: brings what is recorded to disk, and gives the bytes of each growing file by its name
  /// in the run folder. A resumed run goes on behind them.
  func checkpointWillBeTaken() throws -> [String: Int]
  /// After the last step and the last evaluation.
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
  public func evaluationDidFinish(_ report: EvaluationReport) throws {}
  /// No files.
  public func checkpointWillBeTaken() throws -> [String: Int] { [:] }
  /// Does nothing.
  public func runDidFinish(_ summary: RunSummary) throws {}
}
