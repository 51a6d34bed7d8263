import Collectives
import Testing

struct DividedUpdateChoiceTests {
  /// 1 GB/s and 100 µs: 2 · ⌈log₂ M⌉ messages take as long as `travelling` bytes.
  @Test(arguments: [(2, 200_000), (3, 400_000), (4, 400_000), (5, 600_000), (8, 600_000), (9, 800_000)])
  func updatesAreDividedFromTheComputedSizeOn(machines: Int, travelling: Int) {
    let link = LinkSpeed(latency: 100e-6, bytesPerSecond: 1e9)
    // (M − 1)/M of these travel.
    let bytes = travelling * machines / (machines - 1)
    #expect(link.favorsDividedUpdate(bytes: bytes + machines, machines: machines))
    #expect(!link.favorsDividedUpdate(bytes: bytes - machines, machines: machines))
  }

  @Test func lowBandwidthFavorsDividingAndHighLatencyDoesNot() {
    func favors(_ latency: Double, _ rate: Double) -> Bool {
      LinkSpeed(latency: latency, bytesPerSecond: rate).favorsDividedUpdate(bytes: 1 << 20, machines: 4)
    }
    #expect(favors(30e-6, 1e9) && favors(1e-3, 1e8))
    #expect(!favors(1e-3, 1e9) && !favors(30e-6, 1e11))
  }

  @Test func nothingIsDividedOnOneMachine() {
    let link = LinkSpeed(latency: 0, bytesPerSecond: 1)
    #expect(!link.favorsDividedUpdate(bytes: 1 << 30, machines: 1))
  }
}
