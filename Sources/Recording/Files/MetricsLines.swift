import Formats
import Foundation
import Training

/// Writes `metrics.jsonl`: a line every `every` steps, one per evaluation, one whenever the ranks' shares follow their speed, and
/// one for an early end or restored weights.
struct MetricsLines: LineFormat {
  /// Steps between lines.
  let every: Int

  /// Adds a line for a step, an evaluation or the end.
  func add(_ record: Record, to lines: inout JSONLines) {
    switch record {
    case .step(let report): if report.step.isMultiple(of: every) { add(report, to: &lines) }
    case .evaluation(let report): add(report, to: &lines)
    case .shares(let report): add(report, to: &lines)
    case .end(let summary):
      let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
      guard let end = RunEnd(summary), let line = try? encoder.encode(end) else { return }
      lines.add(line: line)
    default: break
    }
  }

  private func add(_ report: StepReport, to lines: inout JSONLines) {
    lines.add("{")
    add(accuracy: report.accuracy, to: &lines)
    // Times are written as floats, which have enough digits.
    lines.add("\"communicationSeconds\":")
    lines.add(Float(report.times.communication))
    lines.add(",\"computeSeconds\":")
    lines.add(Float(report.times.compute))
    lines.add(",\"dataSeconds\":")
    lines.add(Float(report.times.data))
    lines.add(",\"epoch\":")
    lines.add(report.epoch)
    lines.add(",\"event\":\"step\",\"gradientNorm\":")
    lines.add(report.gradientNorm)
    lines.add(",\"learningRate\":")
    lines.add(report.learningRate)
    lines.add(",\"loss\":")
    add(report.countsNothing ? nil : report.loss, to: &lines)
    lines.add(",\"samplesPerSecond\":")
    lines.add(Float(Double(report.samples) / report.seconds))
    if let shortened = report.shortenedSteps {
      lines.add(",\"shortenedSteps\":")
      lines.add(shortened)
    }
    lines.add(",\"step\":")
    lines.add(report.step)
    lines.add(",\"waitingSeconds\":")
    lines.add(Float(report.times.waiting))
    lines.add("}\n")
  }

  private func add(_ report: EvaluationReport, to lines: inout JSONLines) {
    lines.add("{")
    add(accuracy: report.accuracy, to: &lines)
    lines.add("\"epoch\":")
    lines.add(report.epoch)
    lines.add(",\"event\":\"evaluation\",\"loss\":")
    add(report.definedLoss, to: &lines)
    lines.add(",\"samples\":")
    lines.add(report.samples)
    lines.add(",\"split\":")
    lines.add(quoted: report.split.rawValue)
    lines.add(",\"step\":")
    lines.add(report.step)
    for metric in report.furtherMetrics { add(metric, to: &lines) }
    lines.add("}\n")
  }

  /// Adds the shares that ranks have, rank by rank.
  private func add(_ report: ShareReport, to lines: inout JSONLines) {
    guard report.cause == .start || report.cause == .speed else { return }
    lines.add("{\"epoch\":")
    lines.add(report.epoch)
    lines.add(",\"event\":\"shares\",\"saving\":")
    lines.add(Float(report.saving))
    lines.add(",\"shares\":")
    lines.add(quoted: report.shares.map(String.init).joined(separator: " "))
    lines.add(",\"step\":")
    lines.add(report.step)
    lines.add("}\n")
  }

  /// Adds a metric under its name; null if it is not defined.
  private func add(_ metric: MetricValue, to lines: inout JSONLines) {
    lines.add(",")
    lines.add(quoted: metric.metric.name)
    lines.add(":")
    add(metric.value, to: &lines)
  }

  /// Adds a number; null if it is not defined, such as a loss if no label counts. A loss that is not finite is no null: it
  /// says that the outputs are too large.
  private func add(_ value: Double?, to lines: inout JSONLines) {
    if let value { lines.add(value) } else { lines.add("null") }
  }

  private func add(accuracy: Double?, to lines: inout JSONLines) {
    guard let accuracy else { return }
    lines.add("\"accuracy\":")
    add(accuracy.isNaN ? nil : accuracy, to: &lines)
    lines.add(",")
  }
}
