import Datasets
import Diagnostics
import Foundation
import Training

/// Writes `metrics.csv`: one row per epoch.
///
/// Training loss and accuracy are means over the epoch's samples while the weights changed, without skipped steps.
/// Those of the evaluation are from the epoch's end, if there was one.
final class EpochTable: RecordSink {
  /// The columns of all runs. Those of the metrics besides loss and accuracy follow, each with the metric's name.
  static let columns = [
    "epoch", "step", "samples", "seconds", "learningRate", "trainingLoss", "trainingAccuracy", "split",
    "evaluationLoss",
    "evaluationAccuracy",
  ]

  private let file: GrowingFile
  private let samples: Int
  private let evaluates: (_ epoch: Int) -> Bool
  private var text: [UInt8] = []
  private var current = Epoch()
  /// The metrics of the further columns.
  private let metrics: [String]

  private struct Epoch {
    var number = 0
    var step = 0
    var totals = EpochTotals()
    var evaluation: EvaluationReport?
  }

  /// Starts the file, or continues after the first `kept` bytes of an existing one, in the middle of the epoch that
  /// `progress` gives. `samples` is the number of samples per epoch, `metrics` are those of evaluations, and `evaluates` says
  /// which epochs end with one. A file that continues keeps its columns.
  /// - Throws: `Failure` as `GrowingFile` does.
  init(
    path: String, keeping kept: Int, progress: TrainingProgress?, samples: Int, metrics: [Metric],
    evaluates: @escaping (Int) -> Bool
  ) throws {
    file = try GrowingFile(path: path, keeping: kept)
    self.samples = samples
    self.evaluates = evaluates
    let further = metrics.filter(\.isFurther).map(\.name)
    let former = kept > 0 ? EpochTable.columns(of: path) : nil
    self.metrics = former.map { Array($0.dropFirst(EpochTable.columns.count)) } ?? further
    if kept == 0 { text = Array(((EpochTable.columns + further).joined(separator: ",") + "\n").utf8) }
    guard let progress, progress.position > 0 else { return }
    // If no evaluation follows a complete epoch, its row is already in the file.
    if progress.position >= samples, !evaluates(progress.epoch + 1) { return }
    current = Epoch(number: progress.epoch + 1, step: progress.step, totals: progress.totals)
  }

  /// The columns of an existing file, read from its start.
  private static func columns(of path: String) -> [String]? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    let end = UInt8(ascii: "\n")
    var start = Data()
    while !start.contains(end), let more = try? file.read(upToCount: 4096), !more.isEmpty { start += more }
    let line = start.split(separator: end).first
    return line.map { String(decoding: $0, as: UTF8.self).split(separator: ",").map(String.init) }
  }

  /// Adds a step to its epoch, or an evaluation. Makes the row if the epoch is complete.
  func take(_ record: Record) {
    switch record {
    case .step(let report): add(report)
    case .evaluation(let report) where current.totals.samples > 0 && report.epoch == current.number:
      current.evaluation = report
      endEpoch()
    case .end(let summary) where summary.stopped == nil && current.totals.samples > 0: endEpoch()
    default: break
    }
  }

  /// Writes the rows to the file.
  func flush() throws -> [String: Int] {
    try file.append(text)
    text.removeAll(keepingCapacity: true)
    return [file.name: file.length]
  }

  /// Closes the file.
  func close() throws { try file.close() }

  private func add(_ report: StepReport) {
    if current.totals.samples > 0, current.number != report.epoch { endEpoch() }
    current.number = report.epoch
    current.step = report.step
    current.totals.add(report)
    if current.totals.samples >= samples, !evaluates(report.epoch) { endEpoch() }
  }

  private func endEpoch() {
    let (totals, evaluation) = (current.totals, current.evaluation)
    let values = metrics.map { evaluation?.value(of: $0).map(\.text) ?? "" }
    let cells: [String] =
      [
        "\(current.number)", "\(current.step)", "\(totals.samples)", "\(Float(totals.seconds))",
        "\(totals.learningRate)", totals.meanLoss.map(\.text) ?? "", totals.accuracy.map(\.text) ?? "",
        evaluation?.split.rawValue ?? "", evaluation?.definedLoss.map(\.text) ?? "",
        evaluation?.definedAccuracy.map(\.text) ?? "",
      ] + values
    text.append(contentsOf: (cells.joined(separator: ",") + "\n").utf8)
    current = Epoch()
  }
}
