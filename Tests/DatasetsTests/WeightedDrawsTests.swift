import Datasets
import Diagnostics
import Tensors
import Testing

/// Samples with these classes and weights; a sample has as many steps as its index says.
private final class Labelled: Dataset {
  let inputShape = Shape.sequence(steps: 1000, features: 1)
  let classNames: [String]
  let count: Int
  let classes: [Int32]?
  let sampleWeights: [Double]?
  let hasLengths = true

  init(classes: [Int32]?, weights: [Double]? = nil) {
    self.classes = classes
    sampleWeights = weights
    count = classes?.count ?? weights?.count ?? 0
    classNames = (0...(classes?.max() ?? 0)).map { "\($0)" }
  }

  func length(of index: Int) -> Int { index + 1 }
  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) { batch.clear(count: indices.count) }
}

@Suite struct WeightedDrawsTests {
  private func drawn(
    _ data: any Dataset, _ draws: WeightedDraws, epoch: Int, order: SampleOrder = .shuffled
  ) throws -> [Int] {
    let sampler = try Sampler(data, order: order, draws: draws, seed: 3)
    // What was arranged before leaves no trace.
    sampler.arrange(epoch: 77)
    sampler.arrange(epoch: epoch)
    return Array(sampler.indices(0..<draws.count))
  }

  /// 90 samples of class 0, 9 of class 1, 1 of class 2.
  private let skewed = Labelled(classes: (0..<100).map { $0 < 90 ? 0 : $0 < 99 ? 1 : 2 })

  @Test func balancedDrawsEachClassEquallyOften() throws {
    for count in [100, 99, 31, 1000] {
      let draws = try WeightedDraws(balancing: skewed, count: count)
      for epoch in 0..<3 {
        let samples = try drawn(skewed, draws, epoch: epoch)
        #expect(samples.count == count)
        for index in 0..<3 {
          let frequency = samples.count { skewed.classes?[$0] == Int32(index) }
          #expect(abs(Double(frequency) - Double(count) / 3) <= 1, "class \(index) of \(count)")
        }
      }
    }
    #expect(try WeightedDraws(balancing: skewed).count == 100)
  }

  @Test func samplesAreDrawnInProportionToTheirWeights() throws {
    let data = Labelled(classes: nil, weights: [0, 1, 2, 5, 0, 0.5])
    let draws = try WeightedDraws(weighing: data, count: 17)
    var frequencies = [Int](repeating: 0, count: 6)
    for epoch in 0..<4000 { for sample in try drawn(data, draws, epoch: epoch) { frequencies[sample] += 1 } }
    #expect(frequencies[0] == 0 && frequencies[4] == 0)
    for (sample, weight) in (data.sampleWeights ?? []).enumerated() where weight > 0 {
      #expect(abs(Double(frequencies[sample]) / (4000 * 17) - weight / 8.5) < 0.003)
    }
  }

  @Test func drawsAreAFunctionOfSeedAndEpoch() throws {
    let draws = try WeightedDraws(balancing: skewed)
    let (first, second) = try (drawn(skewed, draws, epoch: 0), drawn(skewed, draws, epoch: 1))
    #expect(first != second && first.sorted() != second.sorted())
    #expect(try first == drawn(skewed, draws, epoch: 0))
    // In random order: the classes are mixed.
    #expect(Set(first.prefix(20).compactMap { skewed.classes?[$0] }) == [0, 1, 2])
  }

  @Test func drawsAreBatchedByLengthToo() throws {
    let draws = try WeightedDraws(balancing: skewed, count: 96)
    let byLength = try drawn(skewed, draws, epoch: 2, order: .byLength(batch: 8, window: 100))
    #expect(try byLength.sorted() == drawn(skewed, draws, epoch: 2).sorted())
    let spans = stride(from: 0, to: 96, by: 8).map { first in
      let batch = byLength[first..<first + 8]
      return (batch.max() ?? 0) - (batch.min() ?? 0)
    }
    #expect(spans.reduce(0, +) < 150)
  }

  @Test func aSampleThatIsDrawnAgainHasOtherRandomNumbers() throws {
    let data = Labelled(classes: nil, weights: [1, 0, 7])
    let draws = try WeightedDraws(weighing: data, count: 8)
    let sampler = try Sampler(data, order: .shuffled, draws: draws, seed: 1)
    sampler.arrange(epoch: 0)
    let batch = try Batch(for: data, capacity: 8)
    try sampler.load(0..<8, epoch: 0, into: batch)
    let samples = Array(batch.samples)
    #expect(samples.sorted() == [0, 2, 2, 2, 2, 2, 2, 2])
    let keys = samples.enumerated().map { batch.randomIndex(of: $1, at: $0) }
    #expect(Set(keys).count == 8 && keys.allSatisfy { [0, 2].contains($0 & 0xffff_ffff) })
    #expect(keys.contains(0) && keys.contains(2))
  }

  @Test func samplesWithoutAClassAreNotDrawn() throws {
    let data = Labelled(classes: [-1, 0, 1, 1, -1])
    let draws = try WeightedDraws(balancing: data, count: 50)
    let samples = try drawn(data, draws, epoch: 0)
    #expect(Set(samples) == [1, 2, 3] && samples.count { $0 == 1 } == 25)
  }

  @Test func moreDrawsThanThereIsMemoryAreRefused() throws {
    let draws = try WeightedDraws(balancing: skewed, count: 1 << 50)
    let message =
      "not enough memory: the order of the 1125899906842624 samples of an epoch takes 42949672960 MiB on each rank"
    #expect(try failure(.system) { try Sampler(skewed, order: .shuffled, draws: draws, seed: 1) } == message)
    #expect(
      try failure(.system) { try Sampler.checkMemory(skewed, order: .shuffled, draws: draws) } == message)
    try Sampler.checkMemory(skewed, order: .shuffled, draws: WeightedDraws(balancing: skewed))
  }

  @Test func whatCannotBeDrawnIsRefused() throws {
    #expect(
      try failure(.configuration) { try WeightedDraws(balancing: Labelled(classes: nil, weights: [1])) }
        == "sampling is balanced, but the samples' classes are not known before they are loaded")
    #expect(
      try failure(.configuration) { try WeightedDraws(weighing: skewed) }
        == "sampling is weights, but the samples have none")
    #expect(
      try failure { try WeightedDraws(weighing: Labelled(classes: nil, weights: [0, 0])) }
        == "sampling is weights, but no training sample has a weight above 0")
    #expect(
      try failure { try WeightedDraws(weighing: Labelled(classes: nil, weights: [1e308, 1e308])) }
        == "sampling is weights, but the weights add up to more than a number can hold")
  }
}
