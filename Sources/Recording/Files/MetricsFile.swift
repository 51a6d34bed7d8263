import Training

/// `metrics.jsonl`: a line for every so many steps, and one for every evaluation.
final class MetricsFile: RecordSink {
  private let every: Int
  private let file: GrowingFile
  private var lines = JSONLines()

  /// Starts the file, or goes on behind the first `kept` bytes of one; a line every `every` steps.
  /// - Throws: `Failure` as `GrowingFile` does.
  init(path: String, every: Int, keeping kept: Int) throws {
    self.every = every
    file = try GrowingFile(path: path, keeping: kept)
  }

  /// Puts a line together for a step or an evaluation.
  func take(_ record: Record) {
    switch record {
    case .step(let report): if report.step.isMultiple(of: every) { add(report) }
    case .evaluation(let report): add(report)
    default: break
    }
  }

  /// Writes the lines to the file.
  func flush() throws -> [String: Int] {
    try file.append(lines.bytes)
    lines.removeAll()
    return [file.name: file.length]
  }

  /// Closes the file.
  func close() throws { try file.close() }

  private func add(_ report: StepReport) {
    lines.add("{")
    add(accuracy: report.accuracy)
    // A float's digits are enough for times.
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
    lines.add(report.loss)
    lines.add(",\"samplesPerSecond\":")
    lines.add(Float(Double(report.samples) / report.seconds))
    lines.add(",\"step\":")
    lines.add(report.step)
    lines.add(",\"waitingSeconds\":")
    lines.add(Float(report.times.waiting))
    lines.add("}\n")
  }

  private func add(_ report: EvaluationReport) {
    lines.add("{")
    add(accuracy: report.accuracy)
    lines.add("\"epoch\":")
    lines.add(report.epoch)
    lines.add(",\"event\":\"evaluation\",\"loss\":")
    lines.add(report.loss)
    lines.add(",\"samples\":")
    lines.add(report.samples)
    lines.add(",\"split\":")
    lines.add(quoted: report.split.rawValue)
    lines.add(",\"step\":")
    lines.add(report.step)
    lines.add("}\n")
  }

  private func add(accuracy: Double?) {
    guard let accuracy else { return }
    lines.add("\"accuracy\":")
    lines.add(accuracy)
    lines.add(",")
  }
}
