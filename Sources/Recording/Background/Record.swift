import Images
import Training

/// Something to be written down.
enum Record: Sendable {
  /// A step was done.
  case step(StepReport)
  /// An evaluation was done.
  case evaluation(EvaluationReport)
  /// A step's tensors were looked at.
  case distributions([TensorDistribution], step: Int, epoch: Int)
  /// A picture was drawn.
  case image(ImageRecord)
  /// The run has ended.
  case end(RunSummary)
}

/// A picture of a step.
struct ImageRecord: Sendable {
  /// What it shows.
  let tag: String
  /// The step's number.
  let step: Int
  /// A PNG file's bytes.
  let png: [UInt8]
  /// Rows and columns.
  let size: ImageSize
  /// What its pixels hold.
  let colors: PNGEncoder.Colors
}

/// Writes records down; called on one thread at a time.
protocol RecordSink: AnyObject {
  /// Takes a record, in the order in which things happened.
  func take(_ record: Record) throws
  /// Brings everything taken to disk, and gives the bytes of each growing file by its name in the run folder.
  func flush() throws -> [String: Int]
  /// Ends the files, after the last flush.
  func close() throws
}
