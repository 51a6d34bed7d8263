import Planning
import Testing

struct ForwardOverlapTests {
  /// `layers` are seconds of a forward pass and the bytes of parameters that each needs, `buckets` their bytes, of which each
  /// takes a second of the network and `core` seconds of a core.
  private func overlap(_ layers: [(seconds: Double, bytes: Int)], buckets: [Int], core: Double = 0) -> ForwardOverlap {
    ForwardOverlap(
      layers.map { Machine.Stage(seconds: $0.seconds, bytes: $0.bytes) },
      buckets.map { Transfer(bytes: $0, seconds: Double($0), coreSeconds: core * Double($0)) })
  }

  @Test func whatArrivesBeforeItIsNeededIsHidden() {
    // A layer without parameters takes 2 s, in which those of the next come; and so on.
    let hidden = overlap([(2, 0), (3, 2), (1, 3)], buckets: [2, 3])
    #expect(hidden.exposed == 0 && hidden.cores == 0)
    let none = overlap([(1, 4)], buckets: [])
    #expect(none.exposed == 0 && none.cores == 0)
  }

  @Test func theFirstLayerWaitsForItsOwnParametersOnly() {
    // 2 s for the first bucket; the other arrives at 5, when the first layer has long ended, or not yet.
    #expect(overlap([(10, 2), (1, 3)], buckets: [2, 3]).exposed == 2)
    #expect(overlap([(1, 2), (1, 3)], buckets: [2, 3]).exposed == 4)
    // The first layer's parameters begin in the first bucket and end in the second.
    #expect(overlap([(10, 3), (1, 2)], buckets: [2, 3]).exposed == 5)
  }

  @Test func aNetworkSlowerThanTheLayersIsWaitedForAgainAndAgain() {
    // Begins at 2, 5 and 9; ends at 9.25: all that is not computing is waiting.
    let bound = overlap([(0.5, 2), (0.25, 3), (0.25, 4)], buckets: [2, 3, 4])
    #expect(bound.exposed == 8.25 && bound.cores == 0)
  }

  @Test func coresAreBusyWithWhatMovesWhileTheyCompute() {
    // Layers compute at ¾ of their speed for 4 s, that is 3 s of them, and at full speed after that.
    let hidden = overlap([(5, 0), (1, 4)], buckets: [4], core: 0.25)
    #expect(hidden.cores == 1 && hidden.exposed == 0)
    // From 0 to 2 it waits, from 2 to 4 it computes for 1.5 s; it ends at 5.5.
    let some = overlap([(3, 2), (0, 2)], buckets: [2, 2], core: 0.25)
    #expect(some.cores == 0.5 && some.exposed == 2)
    // Who waits has time to move bytes, and a core that does nothing else computes nothing.
    #expect(overlap([(1, 4)], buckets: [4], core: 0.25).cores == 0)
    let full = overlap([(3, 0)], buckets: [4], core: 1)
    #expect(full.cores == 4 && full.exposed == 0)
  }
}
