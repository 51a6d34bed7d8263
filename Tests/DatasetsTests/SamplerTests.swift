import Datasets
import Testing

@Suite struct SamplerTests {
  private func order(_ sampler: Sampler, epoch: Int, count: Int) -> [Int] {
    sampler.arrange(epoch: epoch)
    return Array(sampler.indices(0..<count))
  }

  @Test func eachEpochIsADifferentPermutation() {
    let sampler = Sampler(count: 50, shuffles: true, seed: 4)
    let (first, second) = (order(sampler, epoch: 0, count: 50), order(sampler, epoch: 1, count: 50))
    #expect(first.sorted() == Array(0..<50))
    #expect(second.sorted() == Array(0..<50))
    #expect(first != second)
    // The epoch decides, not the sampler's former use.
    #expect(order(Sampler(count: 50, shuffles: true, seed: 4), epoch: 1, count: 50) == second)
    #expect(order(Sampler(count: 50, shuffles: true, seed: 5), epoch: 1, count: 50) != second)
  }

  @Test func withoutShufflingTheOrderAscends() {
    #expect(order(Sampler(count: 9, shuffles: false, seed: 4), epoch: 3, count: 9) == Array(0..<9))
  }
}
