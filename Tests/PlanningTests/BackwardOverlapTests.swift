import Planning
import Testing

struct BackwardOverlapTests {
  private static let value = 64

  /// `parts` has the seconds of each layer's backward pass and the cache lines of gradients that it writes.
  private func backward(_ parts: [(seconds: Double, lines: Int)]) -> [Machine.Stage] {
    parts.map { Machine.Stage(seconds: $0.seconds, bytes: $0.lines * Self.value) }
  }

  /// Each layer that writes gradients makes a bucket.
  private func overlap(
    _ parts: [(seconds: Double, lines: Int)], perLine: Double, core: Double = 0
  ) -> BackwardOverlap {
    BackwardOverlap(
      backward(parts),
      parts.map(\.lines).filter { $0 > 0 }.map {
        Transfer(bytes: $0 * Self.value, seconds: Double($0) * perLine, coreSeconds: Double($0) * core)
      })
  }

  @Test func bucketsMoveAsSoonAsTheyAreWritten() {
    // 4 lines after 1 s, 16 after 4 s, 16 after 8 s: two seconds, eight, and eight more.
    let slow = overlap([(1, 4), (3, 16), (4, 16)], perLine: 0.5)
    // 1 to 3, 4 to 12, 12 to 20; the pass ends at 8.
    #expect(slow.exposed == 12 && slow.cores == 0)
    // 1 to 1.4, 4 to 5.6, 8 to 9.6.
    #expect((overlap([(1, 4), (3, 16), (4, 16)], perLine: 0.1).exposed - 1.6).magnitude < 1e-12)
  }

  @Test func exchangesWithinThePassAreHidden() {
    let early = overlap([(1, 4), (1, 16), (9, 0)], perLine: 0.1)
    #expect(early.exposed == 0)
    let none = overlap([], perLine: 1)
    #expect(none.exposed == 0 && none.cores == 0)
  }

  @Test func bucketsThatMoveDuringThePassTakeCoreTime() {
    // All during the pass: 20 lines take 0.1 s of a core each.
    let early = overlap([(1, 4), (1, 16), (9, 0)], perLine: 0.1, core: 0.1)
    #expect((early.cores - 2).magnitude < 1e-12 && early.exposed == 0)
    // From 1 to 5 while the pass ends at 3: half of the cost, which also makes the pass longer and hides more.
    let half = overlap([(1, 4), (2, 0)], perLine: 1, core: 0.25)
    #expect((half.cores - 0.5).magnitude < 1e-12 && (half.exposed - 1.5).magnitude < 1e-12)
    // After the pass a core has no other work.
    let late = overlap([(1, 4)], perLine: 1, core: 0.25)
    #expect(late.cores == 0 && late.exposed == 4)
  }
}
