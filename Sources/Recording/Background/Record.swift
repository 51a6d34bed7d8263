import Images
import Training

/// Something to record.
enum Record: Sendable {
  /// A step was done.
  case step(StepReport)
  /// An evaluation was done.
  case evaluation(EvaluationReport)
  /// The ranks have these shares of the shards, or it was found that others would be better.
  case shares(ShareReport)
  /// The distributions of a step's tensors.
  case distributions([TensorDistribution], step: Int, epoch: Int)
  /// A picture was drawn.
  case image(ImageRecord)
  /// The run has ended.
  case end(RunSummary)
}

/// A picture of a step.
struct ImageRecord: Sendable {
  /// What it shows, as TensorBoard's tag.
  let tag: String
  /// The step's number.
  let step: Int
  /// The PNG file.
  let png: [UInt8]
  /// Rows and columns.
  let size: ImageSize
  /// The pixels' format.
  let colors: PNGEncoder.Colors
}

/// A destination of records; called on one thread at a time.
protocol RecordSink: AnyObject {
  /// Takes a record. Records come in the order of events.
  func take(_ record: Record) throws
  /// Writes everything taken so far to disk. Returns the size of each growing file by its name in the run folder.
  func flush() throws -> [String: Int]
  /// Closes the files, after the last flush.
  func close() throws
}
