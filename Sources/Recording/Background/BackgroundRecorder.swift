import Images
import Training

/// Passes records to a background thread, so that training does not wait for files.
///
/// A step costs only the copy of its report and, at some steps, copies of weights and gradient.
public final class BackgroundRecorder: Observer {
  private let thread: RecordThread

  /// Starts the thread.
  /// - Throws: `Failure` (system) if it cannot be started.
  init(_ sinks: [any RecordSink]) throws {
    thread = try RecordThread(sinks)
  }

  deinit {
    thread.stop()
  }

  /// Queues the step.
  public func stepDidFinish(_ report: StepReport) throws { try thread.add(.record(.step(report))) }

  /// Queues a copy of the weights, the gradient and the update.
  public func tensorsDidChange(_ report: TensorReport) throws { try thread.add(.tensors(try TensorCopy(report))) }

  /// Queues the evaluation.
  public func evaluationDidFinish(_ report: EvaluationReport) throws { try thread.add(.record(.evaluation(report))) }

  /// Queues the ranks' shares.
  public func sharesDidChange(_ report: ShareReport) throws { try thread.add(.record(.shares(report))) }

  /// Queues a picture for TensorBoard; `png` is a PNG file of that size.
  /// - Throws: `Failure` if an earlier record could not be written.
  public func addImage(
    _ tag: String, png: [UInt8], size: ImageSize, colors: PNGEncoder.Colors = .rgb, step: Int
  ) throws {
    try thread.add(.record(.image(ImageRecord(tag: tag, step: step, png: png, size: size, colors: colors))))
  }

  /// Waits until everything is on disk. Returns the size of each growing file by its name.
  public func checkpointWillBeTaken() throws -> [String: Int] { try thread.flush() }

  /// Waits until everything is on disk, and closes the files.
  public func runDidFinish(_ summary: RunSummary) throws {
    try thread.add(.record(.end(summary)))
    try thread.close()
  }

  /// Writes everything to disk, after a failure has ended the training.
  /// - Throws: `Failure` naming a file that cannot be written.
  public func flush() throws { _ = try thread.flush() }
}
