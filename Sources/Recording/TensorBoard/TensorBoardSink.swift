import Diagnostics
import Foundation
import ProtocolBuffers
import Training

/// Writes TensorBoard's event files: curves, distributions, pictures and the recipe.
final class TensorBoardSink: RecordSink {
  private let cadence: StepCadence
  private let file: EventFile
  /// The sizes of earlier processes' files, which do not grow any more.
  private let former: [String: Int]
  /// The time of the last step, in seconds since 1970. Records are written later than they happen.
  private var time = Date().timeIntervalSince1970
  private var sincePoint = Interval()

  /// The steps between two points of the curves.
  private struct Interval {
    var samples = 0
    var seconds = 0.0
    var times = StepTimes()
  }

  /// Starts a file in a run folder, with points of the curves at the steps of `cadence`.
  ///
  /// Files of earlier processes are cut back to the sizes in `kept`, and removed if they are not in it: the rest is
  /// undone by the resumption. `step` is the step after which the run continues.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  init(folder: String, cadence: StepCadence, keeping kept: [String: Int], after step: Int, recipe: String) throws {
    self.cadence = cadence
    former = try TensorBoardSink.cutBack(folder: folder, to: kept)
    file = try EventFile(folder: folder, after: former.isEmpty ? nil : step)
    if former.isEmpty { try file.add(event(step: 0, [.text("recipe", "```yaml\n\(recipe)```")])) }
  }

  private static func cutBack(folder: String, to kept: [String: Int]) throws -> [String: Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var lengths: [String: Int] = [:]
    for name in names where name.hasPrefix(EventFile.prefix) {
      if let length = kept[name] {
        try GrowingFile(path: "\(folder)/\(name)", keeping: length).close()
        lengths[name] = length
      } else if unlink("\(folder)/\(name)") != 0 {
        throw Failure(.cannotCreate, "cannot remove \(folder)/\(name): \(String(cString: strerror(errno)))")
      }
    }
    return lengths
  }

  /// Adds the events of a record to the buffer.
  func take(_ record: Record) throws {
    switch record {
    case .step(let report):
      add(report)
      if cadence.includes(report.step) { try file.add(event(step: report.step, point(report))) }
    case .evaluation(let report):
      var values: [TensorBoardSummary.Value] = [.scalar("loss/\(report.split.rawValue)", report.loss)]
      if let accuracy = report.accuracy { values.append(.scalar("accuracy/\(report.split.rawValue)", accuracy)) }
      for metric in report.furtherMetrics {
        if let value = metric.value { values.append(.scalar("\(metric.metric.name)/\(report.split.rawValue)", value)) }
      }
      try file.add(event(step: report.step, values))
    case .distributions(let tensors, let step, _):
      try file.add(event(step: step, tensors.map(TensorBoardSummary.Value.histogram)))
    case .image(let image): try file.add(event(step: image.step, [.image(image)]))
    case .shares, .end: break
    }
  }

  /// Writes the events to the file.
  func flush() throws -> [String: Int] { try file.flush().merging(former) { own, _ in own } }

  /// Closes the file.
  func close() throws { try file.close() }

  private func add(_ report: StepReport) {
    time += report.seconds
    sincePoint.samples += report.samples
    sincePoint.seconds += report.seconds
    sincePoint.times.add(report.times)
  }

  /// The step's loss, accuracy, gradient norm and learning rate, and speed and shares of time since the last point.
  private func point(_ report: StepReport) -> [TensorBoardSummary.Value] {
    let times = sincePoint.times
    let seconds = max(sincePoint.seconds, .leastNormalMagnitude)
    var values: [TensorBoardSummary.Value] = [
      .scalar("loss/training", report.loss), .scalar("optimizer/gradientNorm", report.gradientNorm),
      .scalar("optimizer/learningRate", report.learningRate),
      .scalar("speed/samplesPerSecond", Double(sincePoint.samples) / seconds),
      .scalar("time/data", times.data / seconds), .scalar("time/compute", times.compute / seconds),
      .scalar("time/communication", times.communication / seconds), .scalar("time/waiting", times.waiting / seconds),
    ]
    if let accuracy = report.accuracy { values.append(.scalar("accuracy/training", accuracy)) }
    if let shortened = report.shortenedSteps {
      values.append(.scalar("optimizer/shortenedSteps", Double(shortened)))
    }
    sincePoint = Interval()
    return values
  }

  private func event(step: Int, _ values: [TensorBoardSummary.Value]) -> TensorBoardEvent {
    .summary(time: time, step: step, values)
  }
}
