import Planning
import Testing

struct OverlapTests {
  /// 100 bytes after 1 s, none after 3 s, 100 each after 4 s, 5 s and 8 s, when the pass ends.
  private let backward = [
    Machine.Stage(seconds: 1, bytes: 100), Machine.Stage(seconds: 2, bytes: 0), Machine.Stage(seconds: 1, bytes: 100),
    Machine.Stage(seconds: 1, bytes: 100), Machine.Stage(seconds: 3, bytes: 100),
  ]

  @Test func theFirstBucketIsAQuarter() {
    #expect(Overlap.buckets(1000, size: 400) == [100, 400, 400, 100])
    #expect(Overlap.buckets(1000, size: 4000) == [1000])
    #expect(Overlap.buckets(1000, size: .max) == [1000])
    #expect(Overlap.buckets(2, size: 1) == [1, 1])
    #expect(Overlap.buckets(0, size: 4) == [])
  }

  @Test func bucketsMoveFromTheSecondLookOn() {
    // Begun at 1, the first moves from 5 to 6; the others, begun at 4, 5 and 8, from 8 to 11.
    #expect(Overlap.exposed(backward, buckets: [100, 100, 100, 100]) { Double($0) / 100 } == 3)
    // From 5 to 9 and on to 21.
    #expect(Overlap.exposed(backward, buckets: [100, 100, 100, 100]) { Double($0) / 25 } == 13)
    // The second is complete at 4 only: from 8 to 9.5, and the rest to 11.5.
    #expect(Overlap.exposed(backward, buckets: [50, 150, 200]) { Double($0) / 100 } == 3.5)
    // All at once, from 8 to 12.
    #expect(Overlap.exposed(backward, buckets: [400]) { Double($0) / 100 } == 4)
  }

  @Test func whatEndsWithinThePassIsHidden() {
    // The last layers' gradients are next to nothing.
    let early = [
      Machine.Stage(seconds: 1, bytes: 400), Machine.Stage(seconds: 1, bytes: 0), Machine.Stage(seconds: 1, bytes: 1),
      Machine.Stage(seconds: 1, bytes: 1), Machine.Stage(seconds: 9, bytes: 1),
    ]
    #expect((Overlap.exposed(early, buckets: [400, 3]) { Double($0) / 100 } - 0.03).magnitude < 1e-12)
    #expect(Overlap.exposed([], buckets: []) { _ in 1 } == 0)
  }

  /// Two layers: what the last one has written is begun, and not looked after before the first one is through.
  @Test func nothingIsHiddenBehindOneLayer() {
    let two = [Machine.Stage(seconds: 1, bytes: 400), Machine.Stage(seconds: 100, bytes: 4)]
    #expect((Overlap.exposed(two, buckets: [100, 300, 4]) { Double($0) / 100 } - 4.04).magnitude < 1e-12)
  }

  @Test func theBestBucketsWeighLatencyAgainstOverlap() {
    let many = (0..<16).map { _ in Machine.Stage(seconds: 1e-3, bytes: 1 << 20) }
    // Without latency the last layers' 3 MiB alone wait for the pass to end: the others were begun two layers' ends before,
    // in buckets that end where layers do.
    let quick = Overlap.best(many, seconds: { Double($0) * 1e-10 }, coreSeconds: { _ in 0 })
    #expect(quick.buckets == [1, 4, 4, 4, 3].map { $0 << 20 } && quick.cores == 0)
    #expect((quick.exposed - Double(3 << 20) * 1e-10).magnitude < 1e-9)
    // A latency as long as all the pass makes one bucket best; so does work for each.
    let slow = Overlap.best(many, seconds: { 16e-3 + Double($0) * 1e-10 }, coreSeconds: { _ in 0 })
    #expect(slow.buckets == [16 << 20])
    #expect((slow.exposed - (16e-3 + Double(16 << 20) * 1e-10)).magnitude < 1e-9)
    let busy = Overlap.best(many, seconds: { Double($0) * 1e-10 }, coreSeconds: { _ in 1e-2 })
    #expect(busy.buckets == [16 << 20] && busy.cores == 1e-2)
  }
}
