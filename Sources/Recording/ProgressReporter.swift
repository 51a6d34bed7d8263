import Foundation
import Training

/// Shows how training goes: a bar with time left on a terminal, a plain line now and then elsewhere.
public final class ProgressReporter: Observer {
  private static let barSeconds = 0.1
  private static let lineSeconds = 60.0

  private let epochs: Int
  private let width: Int?
  private var totalSteps = 0
  private var firstStep = 0
  private var start = 0.0
  private var lastShown = 0.0
  private var lastTenth = 0
  private var samplesSinceShown = 0
  private var throughput = 0.0
  private var evaluation: EvaluationReport?

  /// A reporter for a run of at most `epochs` epochs; `width` is the terminal's, nil for plain lines.
  public init(epochs: Int, width: Int?) {
    self.epochs = epochs
    self.width = width
  }

  /// Starts the clock.
  public func runWillStart(step: Int, totalSteps: Int) {
    self.totalSteps = totalSteps
    firstStep = step
    start = monotonicSeconds()
    lastShown = start
    lastTenth = step * 10 / max(totalSteps, 1)
  }

  /// Renews the bar ten times a second, or prints a line every tenth of the run and every minute.
  public func stepDidFinish(_ report: StepReport) {
    samplesSinceShown += report.samples
    if report.isSkipped {
      Terminal.write((width == nil ? "" : "\r\u{1B}[K") + "step \(report.step) skipped: its loss is \(report.loss), ")
      Terminal.write("the norm of its gradient \(report.gradientNorm)\n")
    }
    let now = monotonicSeconds()
    let tenth = report.step * 10 / max(totalSteps, 1)
    let isDue =
      width == nil
      ? tenth > lastTenth || now - lastShown > ProgressReporter.lineSeconds
      : now - lastShown > ProgressReporter.barSeconds || report.step == totalSteps
    guard isDue else { return }
    throughput = Double(samplesSinceShown) / max(now - lastShown, 1e-9)
    samplesSinceShown = 0
    lastShown = now
    lastTenth = tenth
    let left = (now - start) / Double(report.step - firstStep) * Double(totalSteps - report.step)
    if let width {
      Terminal.write("\r\u{1B}[K" + bar(report, left: left, width: width))
    } else {
      Terminal.write(line(report, left: left) + "\n")
    }
  }

  /// Remembers the latest evaluation for the next line.
  public func evaluationDidFinish(_ report: EvaluationReport) {
    evaluation = report
  }

  /// Ends the bar.
  public func runDidFinish(_ summary: RunSummary) {
    if width != nil, totalSteps > 0 { Terminal.write("\n") }
  }

  private func facts(_ report: StepReport, left: Double) -> [String] {
    var facts = ["epoch \(report.epoch)/\(epochs)", "loss \(Format.loss(report.loss))"]
    if let accuracy = report.accuracy { facts.append("accuracy \(Format.percent(accuracy))") }
    if let evaluation {
      facts.append(
        "\(evaluation.split.rawValue) \(evaluation.accuracy.map(Format.percent) ?? Format.loss(evaluation.loss))")
    }
    facts.append("\(Format.count(Int(throughput))) samples/s")
    facts.append("\(Format.duration(left)) left")
    return facts
  }

  private func line(_ report: StepReport, left: Double) -> String {
    (["step \(report.step)/\(totalSteps)"] + facts(report, left: left)).joined(separator: "  ")
  }

  private func bar(_ report: StepReport, left: Double, width: Int) -> String {
    let share = Double(report.step) / Double(max(totalSteps, 1))
    let percent = String(format: "%3d %%", Int(share * 100))
    var facts = facts(report, left: left)
    // On a narrow terminal the speed goes first, then the epoch and the loss; the time left stays.
    for fact in [facts.count - 2, 0, 0] where facts.count > 2 && facts.joined(separator: "  ").count + 20 > width {
      facts.remove(at: min(fact, facts.count - 2))
    }
    let text = facts.joined(separator: "  ")
    let cells = min(30, max(4, width - text.count - percent.count - 6))
    let filled = Int(share * Double(cells))
    let blocks = String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
    return String("\(blocks) \(percent)  \(text)".prefix(width - 1))
  }
}
