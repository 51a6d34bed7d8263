import Testing

@testable import Recording

@Suite struct TerminalTests {
  private var line: ProgressLine {
    ProgressLine(
      step: 930, totalSteps: 1860, epoch: 30, epochs: 60, loss: 0.123, accuracy: 0.97, evaluation: "test 98.0 %",
      samplesPerSecond: 1_234_567, waiting: 0.02, left: 75)
  }

  @Test func aLogHasEveryFact() {
    let facts = [
      "step 930/1860", "epoch 30/60", "loss 0.1230", "accuracy 97.0 %", "test 98.0 %", "1,234,567 samples/s",
      "waiting 2.0 %", "1:15 left",
    ]
    #expect(line.plain == facts.joined(separator: "  "))
  }

  /// The line fits any terminal, shows the progress, and drops the time left last.
  @Test(arguments: [20, 30, 40, 60, 80, 100, 120, 160, 240]) func theBarFits(width: Int) {
    var curve = LossCurve()
    for step in 0..<500 { curve.add(Double(500 - step)) }
    let bar = line.bar(width: width, curve: curve)
    #expect(bar.count < width)
    #expect(bar.contains("50 %") && bar.contains("█") && (bar.contains("1:15 left") || width < 30))
    #expect(bar.contains("samples/s") == (width > 120), "\(bar)")
    #expect(bar.contains("▇▆") || width < 120, "\(bar)")
  }

  @Test func theCurveFalls() {
    var curve = LossCurve()
    #expect(curve.sparkline(width: 8) == "")
    for step in 0..<8 { curve.add(Double(8 - step)) }
    #expect(curve.sparkline(width: 8) == "█▇▆▅▄▃▂▁")
    #expect(curve.sparkline(width: 4) == "█▆▃▁")
    curve.add(.nan)
    #expect(curve.sparkline(width: 8) == "█▇▆▅▄▃▂▁")
  }

  /// The curve shows the whole run, however long.
  @Test func theCurveShowsAllOfALongRun() {
    var (short, long) = (LossCurve(), LossCurve())
    for step in 0..<64 { short.add(Double(step % 16)) }
    for step in 0..<65_536 { long.add(Double(step / 1024 % 16)) }
    #expect(short.sparkline(width: 16) == long.sparkline(width: 16))
  }

  @Test func aFlatCurveIsLow() {
    var curve = LossCurve()
    for _ in 0..<3 { curve.add(2) }
    #expect(curve.sparkline(width: 8) == "▁▁▁")
  }

  @Test func logsHaveALinePerTenthAndPerMinute() {
    var pace = LinePace(step: 0, totalSteps: 1000, now: 0)
    let due = (1...1000).filter { pace.isDue(step: $0, now: Double($0) / 1000) }
    #expect(due == Array(stride(from: 100, through: 1000, by: 100)))
    var slow = LinePace(step: 0, totalSteps: 1_000_000, now: 0)
    #expect((1...300).filter { slow.isDue(step: $0, now: Double($0)) } == [61, 122, 183, 244])
  }

  /// A line covers all steps since the line before, not only the last batch.
  @Test func linesHaveTheMeansSinceTheLast() {
    var means = RecentMeans()
    #expect(means.loss == 0 && means.accuracy == nil)
    means.add(loss: 1, accuracy: 0.5, samples: 32)
    means.add(loss: 3, accuracy: 1, samples: 32)
    means.add(loss: 8, accuracy: 0, samples: 16)
    #expect(means.loss == 3.2 && means.accuracy == 0.6)
    // A skipped step does not count.
    means.add(loss: .nan, accuracy: 0, samples: 32)
    #expect(means.loss == 3.2 && means.accuracy == 0.6)
    var broken = RecentMeans()
    broken.add(loss: .infinity, accuracy: nil)
    #expect(broken.loss == .infinity && broken.accuracy == nil)
  }

  @Test func theMetricThatJudgesIsShownOnce() {
    func text(_ metric: String, _ value: Double?, accuracy: Double? = 0.5) -> String {
      Format.evaluation(split: "validation", accuracy: accuracy, loss: 0.25, monitored: (metric, value))
    }
    #expect(text("roc-auc", 0.9) == "validation 50.0 %, roc-auc 0.9000")
    #expect(text("macro-f1", nil) == "validation 50.0 %, macro-f1 –")
    #expect(text("loss", 0.25) == "validation 50.0 %, loss 0.2500" && text("accuracy", 0.5) == "validation 50.0 %")
    #expect(text("loss", 0.25, accuracy: nil) == "validation 0.2500")
    #expect(Format.metric(named: "of-tomorrow", 0.5) == "0.5000")
  }

  @Test func aShareOfNothingIsADash() {
    #expect(Format.percent(.nan) == "–" && Format.percent(0.5) == "50.0 %")
    let evaluation = Format.evaluation(split: "test", accuracy: .nan, loss: .nan)
    #expect(evaluation == "test –")
  }

  @Test func hugeNumbersAreWritten() {
    #expect(Format.duration(.infinity) == "∞" && Format.duration(.nan) == "∞" && Format.duration(1e300) == "∞")
    #expect(
      Format.count(1e300) == "1e+300" && Format.count(Double.nan).contains("nan") && Format.count(1234.9) == "1,234")
    let line = ProgressLine(
      step: .max, totalSteps: 1, epoch: .max, epochs: -1, loss: 1e308, accuracy: -1e308, evaluation: nil,
      samplesPerSecond: .infinity, waiting: .nan, left: .infinity)
    #expect(line.plain.contains("∞ left") && line.bar(width: 80, curve: LossCurve()).contains("100 %"))
    var pace = LinePace(totalSteps: .max, now: 0)
    let isDue = pace.isDue(step: .max, now: 1)
    #expect(isDue)
    var curve = LossCurve()
    for loss in [1e308, 1e308, -1e308, 0x1p-1063, 0] { curve.add(loss) }
    #expect(curve.sparkline(width: 8).count == 2)
  }

  @Test func nanHasNoSign() {
    for nan in [Double.nan, -.nan] {
      #expect(Format.loss(nan) == "nan" && Format.percent(nan) == "–" && Format.count(nan) == "nan")
    }
  }

  @Test func cellsOfTablesDoNotMoveTheCursor() {
    #expect(Format.table([["a", "\u{1B}[2Jb"], ["c", "\u{202E}d"]]) == "a  \\x1b[2Jb\nc  \\u202ed\n")
  }
}
