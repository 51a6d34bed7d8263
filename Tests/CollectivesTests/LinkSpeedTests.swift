import Collectives
import Foundation
import Testing

@Suite struct LinkSpeedTests {
  @Test func machinesAgreeOnTheMeasuredSpeed() throws {
    let found = try ThreadCommunicator.run(machines: [[0, 1], [2, 3], [4]]) {
      try LinkSpeed.measure($0, includingCores: true)
    }
    let first = try #require(found[0])
    #expect(found.allSatisfy { $0 == first })
    #expect(first.latency > 0 && first.bytesPerSecond > 1e6)
    #expect(try #require(first.pieceBytesPerSecond) > 1e6)
    // Five threads share processors, so the messages' core time cannot be measured.
    #expect(first.coreSecondsPerByte == nil)
    #expect(try ThreadCommunicator.run(ranks: 2) { try LinkSpeed.measure($0) } == [nil, nil])
  }

  @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "one processor")) func messagesTakeCoreTime()
    throws
  {
    let found = try ThreadCommunicator.run(machines: [[0], [1]]) {
      try LinkSpeed.measure($0, includingCores: true)
    }
    let cost = try #require(found[0]?.coreSecondsPerByte)
    #expect(found[1]?.coreSecondsPerByte == cost)
    #expect(cost >= 0 && cost < 1e-6)
  }

  @Test func bucketsGrowWithLatencyAndRateWithinLimits() {
    func bucket(_ latency: Double, _ rate: Double) -> Int {
      LinkSpeed(latency: latency, bytesPerSecond: rate).bucketBytes
    }
    #expect(bucket(1e-6, 1e8) == 512 << 10)
    #expect(bucket(1e-3, 1e8) == 1 << 20)
    #expect(bucket(50e-6, 1e9) == 512 << 10)
    #expect(bucket(1, 1e10) == 16 << 20)
  }
}
