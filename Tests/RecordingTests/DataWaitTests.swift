import Testing
import Training

@testable import Recording

/// The notice that training waits for data.
@Suite struct DataWaitTests {
  private func step(epoch: Int, data: Double, seconds: Double = 1) -> StepReport {
    var report = StepReport()
    report.epoch = epoch
    report.seconds = seconds
    report.times.data = data
    return report
  }

  /// What is said after each step of epochs with three steps, and at the end.
  private func notices(_ shares: [Double], advice: String? = "rest", seconds: Double = 1) -> [String?] {
    var wait = DataWait(advice: advice)
    let said = shares.enumerated().flatMap { epoch, share in
      (0..<3).map { _ in wait.add(step(epoch: epoch + 1, data: share * seconds, seconds: seconds)) }
    }
    return (said + [wait.finish()]).filter { $0 != nil }
  }

  @Test func theFirstEpochThatWaitsIsNamedOnce() {
    #expect(notices([0.9, 0.05, 0.5, 0.5, 0.5]) == ["in epoch 3 training waited for data 50.0 % of the time: rest"])
    #expect(notices([0.9, 0.09, 0.09]).isEmpty)
  }

  @Test func theFirstEpochCountsIfItIsTheOnlyOne() {
    #expect(notices([0.5]) == ["in epoch 1 training waited for data 50.0 % of the time: rest"])
    #expect(notices([0.5, 0.5]) == ["in epoch 2 training waited for data 50.0 % of the time: rest"])
  }

  @Test func littleTimeIsNotWorthSaying() {
    #expect(notices([0.5, 0.5], seconds: 0.1).isEmpty && notices([0.5, 0.5], advice: nil).isEmpty)
  }
}
