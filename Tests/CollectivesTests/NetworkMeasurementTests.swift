import Collectives
import Testing

@Suite struct NetworkMeasurementTests {
  @Test func machinesAgreeOnWhatTheyMeasured() throws {
    let found = try ThreadCommunicator.run(machines: [[0, 1], [2, 3], [4]]) { try NetworkMeasurement.measure($0) }
    let first = try #require(found[0])
    #expect(found.allSatisfy { $0 == first })
    #expect(first.latency > 0 && first.bytesPerSecond > 1e6)
    #expect(try ThreadCommunicator.run(ranks: 2) { try NetworkMeasurement.measure($0) } == [nil, nil])
  }

  @Test func bucketsGrowWithLatencyAndRateWithinLimits() {
    func bucket(_ latency: Double, _ rate: Double) -> Int {
      NetworkMeasurement(latency: latency, bytesPerSecond: rate).bucketBytes
    }
    #expect(bucket(1e-6, 1e8) == 256 << 10)
    #expect(bucket(1e-3, 1e8) == 1 << 20)
    #expect(bucket(50e-6, 1e9) == 512 << 10)
    #expect(bucket(1, 1e10) == 16 << 20)
  }
}
