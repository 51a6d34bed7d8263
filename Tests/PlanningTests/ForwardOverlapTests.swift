import Planning
import Testing

struct ForwardOverlapTests {
  /// `layers` has the seconds of each layer's forward pass and the bytes of its parameters; `buckets` has the bytes of the
  /// buckets. A byte takes a second of the network and `core` seconds of a core.
  private func overlap(_ layers: [(seconds: Double, bytes: Int)], buckets: [Int], core: Double = 0) -> ForwardOverlap {
    ForwardOverlap(
      layers.map { Machine.Stage(seconds: $0.seconds, bytes: $0.bytes) },
      buckets.map { Transfer(bytes: $0, seconds: Double($0), coreSeconds: core * Double($0)) })
  }

  @Test func earlyArrivalsAreHidden() {
    // During the 2 s of a layer without parameters, those of the next arrive; and so on.
    let hidden = overlap([(2, 0), (3, 2), (1, 3)], buckets: [2, 3])
    #expect(hidden.exposed == 0 && hidden.cores == 0)
    let none = overlap([(1, 4)], buckets: [])
    #expect(none.exposed == 0 && none.cores == 0)
  }

  @Test func theFirstLayerWaitsForItsOwnParametersOnly() {
    // 2 s for the first bucket; the second arrives at 5, before or after the end of the first layer.
    #expect(overlap([(10, 2), (1, 3)], buckets: [2, 3]).exposed == 2)
    #expect(overlap([(1, 2), (1, 3)], buckets: [2, 3]).exposed == 4)
    // The first layer's parameters begin in the first bucket and end in the second.
    #expect(overlap([(10, 3), (1, 2)], buckets: [2, 3]).exposed == 5)
  }

  @Test func aSlowNetworkDelaysEveryLayer() {
    // Begins at 2, 5 and 9; ends at 9.25: all time but computing is waiting.
    let bound = overlap([(0.5, 2), (0.25, 3), (0.25, 4)], buckets: [2, 3, 4])
    #expect(bound.exposed == 8.25 && bound.cores == 0)
  }

  @Test func bucketsThatMoveDuringLayersTakeCoreTime() {
    // For 4 s layers compute at ¾ of their speed, 3 s of work; then at full speed.
    let hidden = overlap([(5, 0), (1, 4)], buckets: [4], core: 0.25)
    #expect(hidden.cores == 1 && hidden.exposed == 0)
    // From 0 to 2 it waits, from 2 to 4 it computes for 1.5 s; it ends at 5.5.
    let some = overlap([(3, 2), (0, 2)], buckets: [2, 2], core: 0.25)
    #expect(some.cores == 0.5 && some.exposed == 2)
    // A waiting core moves bytes without slowing computation.
    #expect(overlap([(1, 4)], buckets: [4], core: 0.25).cores == 0)
    let full = overlap([(3, 0)], buckets: [4], core: 1)
    #expect(full.cores == 4 && full.exposed == 0)
  }
}
