import Datasets
import Diagnostics
import Foundation
import Training

/// Shows the progress of training: a bar on a terminal, otherwise a line now and then.
public final class ProgressReporter: Observer {
  private static let barSeconds = 0.1

  private let width: Int?
  private let hasOtherRanks: Bool
  private let monitor: String?
  private var line = ProgressLine()
  private var curve = LossCurve()
  private var pace = LinePace()
  private var totalSteps = 0
  private var firstStep = 0
  private var start = 0.0
  private var lastShown = 0.0
  private var hasSaidNothingCounts = false
  /// The parts of the data of which it has been said that no label counts.
  private var partsWithoutLabels: Set<Split> = []
  private var sinceShown = (samples: 0, waiting: 0.0)
  private var means = RecentMeans()
  private var dataWait: DataWait
  /// Whether the line is due, but not yet printed.
  private var isHeld = false

  /// A reporter for a run of at most `epochs` epochs on `ranks` ranks; `width` is the terminal's, nil for plain lines.
  /// `monitor` is the name of the metric that the recipe chose to judge the training by, which is shown, too.
  /// `loadingAdvice` is what helps if training waits for samples, nil to say nothing of it.
  public init(epochs: Int, ranks: Int, width: Int?, monitor: String? = nil, loadingAdvice: String? = nil) {
    dataWait = DataWait(advice: loadingAdvice)
    self.width = width
    self.monitor = monitor
    hasOtherRanks = ranks > 1
    line.epochs = epochs
  }

  /// Starts the clock.
  public func runWillStart(step: Int, totalSteps: Int) {
    self.totalSteps = totalSteps
    line.totalSteps = totalSteps
    firstStep = step
    start = monotonicSeconds()
    lastShown = start
    pace = LinePace(step: step, totalSteps: totalSteps, now: start)
  }

  /// Updates the bar ten times a second, or prints a line every tenth of the run and every minute. Loss and accuracy
  /// are means since the last update. A line waits for the evaluation that may follow its step.
  public func stepDidFinish(_ report: StepReport) {
    printHeld()
    sinceShown.samples += report.samples
    sinceShown.waiting += report.times.waiting
    means.add(loss: report.loss, accuracy: report.accuracy, samples: report.samples)
    if width != nil { curve.add(report.loss) }
    if report.countsNothing {
      if !hasSaidNothingCounts {
        Terminal.write(
          lineStart + "step \(report.step) changes no weights, since no label of its ")
        Terminal.write(
          "batch counts: all are ignored, or have the weight 0. Further such steps are not reported.\n")
      }
      hasSaidNothingCounts = true
    } else if report.isSkipped {
      Terminal.write(lineStart + "step \(report.step) skipped: its loss is \(report.loss.text), ")
      Terminal.write("the norm of its gradient \(report.gradientNorm.text)\n")
    }
    say(dataWait.add(report))
    let now = monotonicSeconds()
    let isDue =
      width == nil
      ? pace.isDue(step: report.step, now: now)
      : now - lastShown > ProgressReporter.barSeconds || report.step == totalSteps
    if isDue { show(report, now: now) }
  }

  /// Shows the evaluation: in the bar, or in the line of the step before it, and in all further lines.
  public func evaluationDidFinish(_ report: EvaluationReport) {
    line.evaluation = Format.evaluation(
      split: report.split.rawValue, accuracy: report.accuracy, loss: report.loss,
      monitored: monitor.map { ($0, report.value(of: $0)) })
    if line.step > 0 { showBar() }
    printHeld()
    guard report.countsNothing == true, partsWithoutLabels.insert(report.split).inserted else { return }
    Terminal.write(
      lineStart
        + "no label of the \(report.split.rawValue) samples counts, so they measure nothing: all are ignored, or have the "
        + "weight 0\n")
  }

  /// Says what shares the ranks have now, or why not.
  public func sharesDidChange(_ report: ShareReport) {
    let shares = Format.shares(report.shares)
    let less = String(format: "about %.0f %% less", report.saving * 100)
    switch report.cause {
    case .start: break
    case .speed: say("ranks now have \(shares); a step takes \(less)")
    case .shortMemory:
      say("ranks keep their shards: memory is too short for \(shares), with which a step would take \(less)")
    case .advice:
      say("ranks are not equally fast: with balance=auto they would have \(shares), and a step would take \(less)")
    }
  }

  /// Ends the bar.
  public func runDidFinish(_ summary: RunSummary) {
    printHeld()
    say(dataWait.finish())
    if width != nil, totalSteps > 0 { Terminal.write("\n") }
  }

  /// Prints a notice in a line of its own.
  private func say(_ notice: String?) {
    if let notice { Terminal.write(lineStart + notice + "\n") }
  }

  private func show(_ report: StepReport, now: Double) {
    let seconds = max(now - lastShown, 1e-9)
    line.step = report.step
    line.epoch = report.epoch
    line.loss = means.loss
    line.accuracy = means.accuracy
    line.samplesPerSecond = Double(sinceShown.samples) / seconds
    line.waiting = hasOtherRanks ? sinceShown.waiting / seconds : nil
    line.left = (now - start) / Double(report.step - firstStep) * Double(totalSteps - report.step)
    sinceShown = (0, 0)
    means = RecentMeans()
    lastShown = now
    isHeld = width == nil
    showBar()
  }

  private func showBar() {
    guard let width else { return }
    Terminal.write(lineStart + line.bar(width: width, curve: curve))
  }

  /// Prints the line that waits for an evaluation, if there is one.
  private func printHeld() {
    guard isHeld else { return }
    isHeld = false
    Terminal.write(line.plain + "\n")
  }

  /// What clears the bar; empty without one.
  private var lineStart: String { width == nil ? "" : Terminal.lineStart }
}
