import Planning
import Testing

struct OverlapTests {
  /// 100 bytes after 1 s, none after 3 s, and 100 after 4 s, when the pass ends.
  private let backward = [
    Machine.Stage(seconds: 1, bytes: 100), Machine.Stage(seconds: 2, bytes: 0), Machine.Stage(seconds: 1, bytes: 100),
  ]

  @Test func theFirstBucketIsAQuarter() {
    #expect(Overlap.buckets(1000, size: 400) == [100, 400, 400, 100])
    #expect(Overlap.buckets(1000, size: 4000) == [1000])
    #expect(Overlap.buckets(1000, size: .max) == [1000])
    #expect(Overlap.buckets(2, size: 1) == [1, 1])
    #expect(Overlap.buckets(0, size: 4) == [])
  }

  @Test func bucketsGoOutAsTheyFill() {
    // From 1 to 2 and from 4 to 5.
    #expect(Overlap.exposed(backward, buckets: [100, 100]) { Double($0) / 100 } == 1)
    // From 1 to 6 and from 6 to 11.
    #expect(Overlap.exposed(backward, buckets: [100, 100]) { Double($0) / 20 } == 7)
    // From 1 to 1.5; the others are complete at 4 only, and go until 5.5.
    #expect(Overlap.exposed(backward, buckets: [50, 100, 50]) { Double($0) / 100 } == 1.5)
    // All at once, from 4 to 6.
    #expect(Overlap.exposed(backward, buckets: [200]) { Double($0) / 100 } == 2)
  }

  @Test func whatEndsWithinThePassIsHidden() {
    let early = [Machine.Stage(seconds: 1, bytes: 100), Machine.Stage(seconds: 2, bytes: 0)]
    #expect(Overlap.exposed(early, buckets: [25, 75]) { Double($0) / 100 } == 0)
    #expect(Overlap.exposed([], buckets: []) { _ in 1 } == 0)
  }

  @Test func theBestBucketsWeighLatencyAgainstOverlap() {
    let many = (0..<16).map { _ in Machine.Stage(seconds: 1e-3, bytes: 1 << 20) }
    // Without latency the smallest buckets are best: at the end the last layer's wait, and 192 KiB of the one before.
    let quick = Overlap.best(many, seconds: { Double($0) * 1e-10 }, coreSeconds: { _ in 0 })
    #expect((quick.exposed - Double(1216 << 10) * 1e-10).magnitude < 1e-9 && quick.cores == 0)
    // A latency as long as all the pass makes one bucket best; so does work for each.
    let slow = Overlap.best(many, seconds: { 16e-3 + Double($0) * 1e-10 }, coreSeconds: { _ in 0 })
    #expect(slow.buckets == [16 << 20])
    #expect((slow.exposed - (16e-3 + Double(16 << 20) * 1e-10)).magnitude < 1e-9)
    let busy = Overlap.best(many, seconds: { Double($0) * 1e-10 }, coreSeconds: { _ in 1e-2 })
    #expect(busy.buckets == [16 << 20] && busy.cores == 1e-2)
  }
}
