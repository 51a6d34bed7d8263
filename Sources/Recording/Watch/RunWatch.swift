import Diagnostics
import Foundation
import Training

/// Follows a run from outside, through the files in its folder.
public final class RunWatch {
  /// The number of lines from which speed and waiting are computed.
  private static let recentLines = 200

  private let folder: RunFolder
  private let width: Int?
  private let samplesPerStep: Double
  private let hasOtherRanks: Bool
  private let monitor: String?
  private var tail: MetricsTail
  private var hasEnd = false
  private var line = ProgressLine()
  private var curve = LossCurve()
  private var pace: LinePace
  private var means = RecentMeans()
  private var tenth = 0.0
  private var recent: [(seconds: Double, waiting: Double)] = []

  /// Follows the run in `folder`; `width` is the terminal's, nil for plain lines.
  /// - Throws: `Failure` (noInput, data) if the folder does not say how long the run is to be.
  public init(_ folder: RunFolder, width: Int?) throws {
    self.folder = folder
    self.width = width
    let environment = try folder.readEnvironment()
    hasOtherRanks = environment.ranks > 1
    monitor = environment.course?.monitor
    samplesPerStep = Double(environment.course?.samplesPerStep ?? 1)
    line.epochs = environment.course?.epochs ?? 0
    line.totalSteps = environment.course?.steps
    tail = MetricsTail(path: folder.metrics)
    // The first look always prints a line.
    pace = LinePace(totalSteps: line.totalSteps ?? 0, now: -.infinity)
  }

  /// Whether the whole run was seen.
  public var isComplete: Bool {
    (line.step == line.totalSteps || hasEnd) && FileManager.default.fileExists(atPath: folder.weights)
  }

  /// The last step seen; 0 before the first.
  public var step: Int { line.step }

  /// Shows the news since the last call. Returns whether the run has not ended.
  public func look() -> Bool {
    // Ask first: if the run has ended, everything is read afterwards.
    let goesOn = folder.isBeingWritten
    Terminal.write(news())
    if !goesOn, width != nil, line.step > 0 { Terminal.write("\n") }
    return goesOn
  }

  /// The line with the news since the last call; empty if none is due.
  func news() -> String {
    let (lines, isNew) = tail.read()
    if isNew {
      (curve, means, recent) = (LossCurve(), RecentMeans(), [])
      (line.evaluation, hasEnd) = (nil, false)
    }
    for line in lines { take(line) }
    return line.step > 0 && !lines.isEmpty ? shown() : ""
  }

  private func take(_ entry: MetricsLine) {
    guard !entry.isEnd else { return hasEnd = true }
    guard entry.event == "step" || entry.event == "evaluation" else { return }
    let loss = entry.loss ?? .nan
    guard entry.event == "step" else {
      line.evaluation = Format.evaluation(
        split: (entry.split ?? "").visible(), accuracy: entry.accuracy, loss: loss,
        monitored: monitor.map { ($0.visible(), $0 == "loss" ? loss : entry.metrics[$0]) })
      return
    }
    if let speed = entry.samplesPerSecond, speed > 0 {
      recent.append((samplesPerStep / speed, entry.waitingSeconds ?? 0))
      if recent.count > RunWatch.recentLines { recent.removeFirst() }
    }
    line.step = entry.step
    line.epoch = entry.epoch
    // The training's own lines are at the tenths of the run.
    let tenth = LinePace.tenth(entry.step - 1, of: line.totalSteps ?? 0)
    if tenth != self.tenth { (means, self.tenth) = (RecentMeans(), tenth) }
    means.add(loss: loss, accuracy: entry.accuracy)
    curve.add(loss)
  }

  private func shown() -> String {
    let seconds = recent.reduce(0) { $0 + $1.seconds } / Double(max(recent.count, 1))
    line.samplesPerSecond = seconds > 0 ? samplesPerStep / seconds : 0
    let waiting = recent.reduce(0) { $0 + $1.waiting } / Double(max(recent.count, 1))
    line.waiting = hasOtherRanks && seconds > 0 ? waiting / seconds : nil
    line.left = line.totalSteps.map { seconds * (Double($0) - Double(line.step)) }
    line.loss = means.loss
    line.accuracy = means.accuracy
    guard let width else {
      let now = monotonicSeconds()
      guard pace.isDue(step: line.step, now: now) else { return "" }
      defer { means = RecentMeans() }
      return line.plain + "\n"
    }
    defer { means = RecentMeans() }
    return Terminal.lineStart + line.bar(width: width, curve: curve)
  }
}
