import Foundation
import Testing

@testable import Training

/// When regular checkpoints are due, by a clock that the test sets.
@Suite struct CheckpointTimesTests {
  private final class Time {
    var now = 1000.0
  }

  private func control(_ schedule: CheckpointSchedule, _ time: Time) -> RunControl {
    RunControl(folder: "/nowhere", deadline: nil, schedule: schedule, clock: { time.now })
  }

  @Test func minutesPassBetweenCheckpoints() {
    let time = Time()
    let control = control(CheckpointSchedule(minutes: 5, epochs: 0, share: 0.01), time)
    time.now += 299
    #expect(control.request(step: 1, endOf: nil) == .none)
    time.now += 1
    #expect(control.request(step: 2, endOf: 1) == .save)
    control.didSave(seconds: 2.5)
    time.now += 299
    #expect(control.request(step: 3, endOf: nil) == .none)
    time.now += 1
    #expect(control.request(step: 4, endOf: nil) == .save)
  }

  @Test func slowCheckpointsAreRarer() {
    let time = Time()
    let control = control(CheckpointSchedule(minutes: 5, apart: 10, share: 0.01), time)
    control.didSave(seconds: 4)
    time.now += 399
    #expect(control.request(step: 1, endOf: nil) == .none && control.request(step: 1, endOf: 1) == .none)
    time.now += 1
    #expect(control.request(step: 2, endOf: nil) == .save)
    control.didSave(seconds: 0.2)
    time.now += 19
    #expect(control.request(step: 3, endOf: 2) == .none)
    time.now += 1
    #expect(control.request(step: 4, endOf: nil) == .none && control.request(step: 4, endOf: 2) == .saveEpoch)
    control.didSave(seconds: 0.001)
    time.now += 9
    #expect(control.request(step: 5, endOf: 3) == .none)
    time.now += 1
    #expect(control.request(step: 6, endOf: 3) == .saveEpoch)
  }

  @Test func numbersOfStepsAndEpochsAreKeptWithoutALimit() {
    let time = Time()
    let control = control(CheckpointSchedule(steps: 3, epochs: 2), time)
    control.didSave(seconds: 1e6)
    let due = (1...6).map { control.request(step: $0, endOf: $0) }
    #expect(due == [.none, .saveEpoch, .save, .saveEpoch, .none, .save])
  }

  /// Rank 0 decides for all: clocks of others may differ in the moment when a checkpoint is due.
  @Test func otherRanksAskForNothing() {
    let control = RunControl(folder: nil, deadline: nil, schedule: CheckpointSchedule(steps: 1, minutes: 0.001))
    Thread.sleep(forTimeInterval: 0.1)
    #expect(control.request(step: 1, endOf: 1) == .none)
  }
}
