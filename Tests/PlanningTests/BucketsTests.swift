import Planning
import Testing

struct BucketsTests {
  /// The buckets of layers that write these numbers of `unit`s of gradients, the last layer first.
  private func buckets(_ layers: [Int], size: Int, unit: Int, grain: Int = 1) -> [Int] {
    let backward = layers.map { Machine.Stage(seconds: 1, bytes: $0 * unit) }
    let machine = Machine(
      ranks: 1, shards: 1, step: Distribution(shares: [1]), waiting: 0, reduction: 0, forward: [], backward: backward)
    return machine.buckets(size: size * unit, grain: grain).map { $0 / unit }
  }

  @Test func bucketsEndAtLayersIfPossible() {
    func lines(_ layers: [Int], size: Int) -> [Int] { buckets(layers, size: size, unit: 64) }
    #expect(lines([100], size: 40) == [10, 40, 40, 10])
    #expect(lines([6, 40, 14], size: 40) == [6, 40, 14])
    #expect(lines([8, 50], size: 40) == [8, 40, 10])
    #expect(lines([], size: 40) == [])
  }

  /// Layers begin 3500 and 9000 floats from the start: the buckets at the next multiples of 1024.
  @Test func bucketsBeginAtMultiplesOfTheGrain() {
    #expect(buckets([1000, 5500, 3500], size: 4096, unit: 4, grain: 1024) == [10_000 - 9216, 9216 - 4096, 4096])
  }
}
