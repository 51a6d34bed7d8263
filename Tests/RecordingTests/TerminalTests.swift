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

  /// On whatever terminal the line fits, says how far it is, and keeps the time left longest.
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

  /// However long a run is, the whole of it is shown.
  @Test func theCurveOfALongRunIsThatOfAShortOne() {
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

  @Test func logsGetALineATenthAndAMinute() {
    var pace = LinePace(step: 0, totalSteps: 1000, now: 0)
    let due = (1...1000).filter { pace.isDue(step: $0, now: Double($0) / 1000) }
    #expect(due == Array(stride(from: 100, through: 1000, by: 100)))
    var slow = LinePace(step: 0, totalSteps: 1_000_000, now: 0)
    #expect((1...300).filter { slow.isDue(step: $0, now: Double($0)) } == [61, 122, 183, 244])
  }
}
