import Images
import Training

/// Hands what happens to sinks on a thread beside, so that training does not wait while numbers are written out.
///
/// What a step costs is the copy of its report, and at some steps that of the weights and the gradient.
public final class BackgroundRecorder: Observer {
  private let thread: RecordThread

  /// Starts the thread.
  /// - Throws: `Failure` (system) if none starts.
  init(_ sinks: [any RecordSink]) throws {
    thread = try RecordThread(sinks)
  }

  deinit {
    thread.stop()
  }

  /// Hands the step over.
  public func stepDidFinish(_ report: StepReport) throws { try thread.add(.record(.step(report))) }

  /// Hands a copy of the weights and the gradient over.
  public func tensorsDidChange(_ report: TensorReport) throws { try thread.add(.tensors(try TensorCopy(report))) }

  /// Hands the evaluation over.
  public func evaluationDidFinish(_ report: EvaluationReport) throws { try thread.add(.record(.evaluation(report))) }

  /// Hands a picture over, for TensorBoard; `png` is a PNG file of that size.
  /// - Throws: `Failure` where a record before it could not be written.
  public func addImage(
    _ tag: String, png: [UInt8], size: ImageSize, colors: PNGEncoder.Colors = .rgb, step: Int
  ) throws {
    try thread.add(.record(.image(ImageRecord(tag: tag, step: step, png: png, size: size, colors: colors))))
  }

  /// Waits until everything is on disk.
  public func checkpointWillBeTaken() throws -> [String: Int] { try thread.flush() }

  /// Waits until everything is on disk, and closes the files.
  public func runDidFinish(_ summary: RunSummary) throws {
    try thread.add(.record(.end(summary)))
    try thread.close()
  }

  /// Brings to disk what happened before a failure ended the training.
  /// - Throws: `Failure` naming a file that cannot be written.
  public func flush() throws { _ = try thread.flush() }
}
