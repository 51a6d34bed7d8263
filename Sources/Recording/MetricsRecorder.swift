import Diagnostics
import Formats
import Foundation
import Training

/// Writes `metrics.jsonl`: a line for every so many steps, and one for every evaluation.
public final class MetricsRecorder: Observer {
  private struct StepLine: Encodable {
    let event = "step"
    let step, epoch: Int
    let loss, gradientNorm, learningRate, samplesPerSecond: Double
    let accuracy: Double?
    let dataSeconds, computeSeconds, communicationSeconds, waitingSeconds: Double
  }

  private struct EvaluationLine: Encodable {
    let event = "evaluation"
    let split: String
    let step, epoch: Int
    let loss: Double
    let accuracy: Double?
    let samples: Int
  }

  private static let flushSeconds = 1.0

  private let path: String
  private let every: Int
  private let file: FileHandle
  private let encoder: JSONEncoder
  private var pending: [StepReport] = []
  private var lastFlush = monotonicSeconds()

  /// Starts the file, or goes on behind the first `kept` bytes of one; a line every `every` steps.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  public init(path: String, every: Int, keeping kept: Int = 0) throws {
    self.path = path
    self.every = every
    let isThere = FileManager.default.fileExists(atPath: path)
    guard isThere || FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forUpdatingAtPath: path)
    else { throw Failure(.cannotCreate, "cannot write \(path): \(String(cString: strerror(errno)))") }
    self.file = file
    let length = Int((try? file.seekToEnd()) ?? 0)
    guard length >= kept else {
      throw Failure(
        .data, "\(path) has \(length) bytes, but had \(kept) when the checkpoint was written",
        advice: "it was cut short; remove it only with the whole run folder")
    }
    try MetricsRecorder.writing(path) { try file.truncate(atOffset: UInt64(kept)) }
    encoder = .withSpecialNumbers(.sortedKeys)
  }

  /// Remembers the step; lines are written about once a second, so that short steps stay short.
  public func stepDidFinish(_ report: StepReport) throws {
    if report.step.isMultiple(of: every) { pending.append(report) }
    if monotonicSeconds() - lastFlush > MetricsRecorder.flushSeconds { try flush() }
  }

  /// Writes the evaluation behind the steps before it.
  public func evaluationDidFinish(_ report: EvaluationReport) throws {
    let line = EvaluationLine(
      split: report.split.rawValue, step: report.step, epoch: report.epoch, loss: report.loss,
      accuracy: report.accuracy, samples: report.samples)
    try flush(then: line)
  }

  /// Writes what is pending to disk.
  public func checkpointWillBeTaken() throws -> [String: Int] {
    try flush()
    return try MetricsRecorder.writing(path) {
      [(path as NSString).lastPathComponent: Int(try file.offset())]
    }
  }

  /// Writes what is left and closes the file.
  public func runDidFinish(_ summary: RunSummary) throws {
    try flush()
    try MetricsRecorder.writing(path) { try file.close() }
  }

  private func flush() throws {
    try flush(then: nil as EvaluationLine?)
  }

  private func flush(then last: EvaluationLine?) throws {
    var text = Data()
    for report in pending { try append(line(report), to: &text) }
    if let last { try append(last, to: &text) }
    pending.removeAll(keepingCapacity: true)
    lastFlush = monotonicSeconds()
    try MetricsRecorder.writing(path) { try file.write(contentsOf: text) }
  }

  private func append(_ line: some Encodable, to text: inout Data) throws {
    text.append(try encoder.encode(line))
    text.append(UInt8(ascii: "\n"))
  }

  private func line(_ report: StepReport) -> StepLine {
    StepLine(
      step: report.step, epoch: report.epoch, loss: report.loss, gradientNorm: report.gradientNorm,
      learningRate: report.learningRate, samplesPerSecond: Double(report.samples) / report.seconds,
      accuracy: report.accuracy, dataSeconds: report.times.data,
      computeSeconds: report.times.compute, communicationSeconds: report.times.communication,
      waitingSeconds: report.times.waiting)
  }

  private static func writing<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do { return try body() } catch {
      throw Failure(.inputOutput, "cannot write \(path): \((error as NSError).localizedDescription)")
    }
  }
}
