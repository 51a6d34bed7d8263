import Planning
import Testing

struct OverlapTests {
  /// 100 bytes after 1 s, none after 3 s, and 100 after 4 s, when the pass ends.
  private let backward = [
    Machine.Stage(seconds: 1, bytes: 100), Machine.Stage(seconds: 2, bytes: 0), Machine.Stage(seconds: 1, bytes: 100),
  ]

  @Test func bucketsGoOutAsTheyFill() {
    // From 1 to 2 and from 4 to 5.
    #expect(Overlap.exposed(backward, bucket: 100) { Double($0) / 100 } == 1)
    // From 1 to 6 and from 6 to 11.
    #expect(Overlap.exposed(backward, bucket: 100) { Double($0) / 20 } == 7)
    // All at once, from 4 to 6.
    #expect(Overlap.exposed(backward, bucket: 101) { Double($0) / 100 } == 2)
    #expect(Overlap.exposed(backward, bucket: .max) { Double($0) / 100 } == 2)
  }

  @Test func whatEndsWithinThePassIsHidden() {
    let early = [Machine.Stage(seconds: 1, bytes: 100), Machine.Stage(seconds: 2, bytes: 0)]
    #expect(Overlap.exposed(early, bucket: 1) { Double($0) / 100 } == 0)
    #expect(Overlap.exposed([], bucket: 1) { _ in 1 } == 0)
    #expect(Overlap.exposed([Machine.Stage(seconds: 1, bytes: 0)], bucket: 1) { _ in 1 } == 0)
  }

  @Test func theBestBucketWeighsLatencyAgainstOverlap() {
    let many = (0..<16).map { _ in Machine.Stage(seconds: 1e-3, bytes: 1 << 20) }
    // Without latency the smallest buckets leave the last one alone to wait for.
    let quick = Overlap.best(many) { Double($0) * 1e-10 }
    #expect(quick.bucket <= 1 << 20 && (quick.exposed - Double(1 << 20) * 1e-10).magnitude < 1e-9)
    // A latency as long as all the pass makes one bucket best.
    let slow = Overlap.best(many) { 16e-3 + Double($0) * 1e-10 }
    #expect(slow.bucket >= 16 << 20 && (slow.exposed - (16e-3 + Double(16 << 20) * 1e-10)).magnitude < 1e-9)
  }
}
