import Collectives
import Testing
import Training

@testable import Recording

@Suite struct ClockOffsetTests {
  /// Clocks that differ by hours are aligned within the time of an exchange.
  @Test func clocksAreAligned() throws {
    let offsets = [0, 5000.25, -123.5]
    let found = try ThreadCommunicator.run(ranks: 3) { communicator in
      try communicator.measuredClockOffset { monotonicSeconds() + offsets[communicator.rank] }
    }
    for (offset, found) in zip(offsets, found) { #expect(abs(offset - found) < 0.01) }
  }

  @Test func ranksOfOneMachineHaveOneClock() throws {
    let found = try ThreadCommunicator.run(ranks: 2) { try $0.clockOffset() }
    #expect(found == [0, 0])
  }
}
