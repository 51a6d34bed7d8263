import Datasets
import Tensors
import Testing

/// Samples of these lengths.
private final class Lengths: Dataset {
  let inputShape = Shape.sequence(steps: 100, features: 1)
  let classNames: [String] = []
  let count: Int
  let hasLengths = true
  let fileRanges: [Range<Int>]?
  private let lengths: [Int]

  init(_ lengths: [Int], fileRanges: [Range<Int>]? = nil) {
    self.lengths = lengths
    self.fileRanges = fileRanges
    count = lengths.count
  }

  func length(of index: Int) -> Int { lengths[index] }
  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {}
}

@Suite struct SamplerTests {
  private func sampler(_ count: Int, _ order: SampleOrder, seed: UInt64 = 4) throws -> Sampler {
    try Sampler(Lengths(Array(repeating: 1, count: count)), order: order, seed: seed)
  }

  private func order(_ sampler: Sampler, epoch: Int, count: Int) -> [Int] {
    sampler.arrange(epoch: epoch)
    return Array(sampler.indices(0..<count))
  }

  @Test func eachEpochIsADifferentPermutation() throws {
    let shuffled = try sampler(50, .shuffled)
    let (first, second) = (order(shuffled, epoch: 0, count: 50), order(shuffled, epoch: 1, count: 50))
    #expect(first.sorted() == Array(0..<50))
    #expect(second.sorted() == Array(0..<50))
    #expect(first != second)
    // The epoch decides, not the sampler's former use.
    #expect(try order(sampler(50, .shuffled), epoch: 1, count: 50) == second)
    #expect(try order(sampler(50, .shuffled, seed: 5), epoch: 1, count: 50) != second)
  }

  @Test func withoutShufflingTheOrderAscends() throws {
    #expect(try order(sampler(9, .ascending), epoch: 3, count: 9) == Array(0..<9))
  }

  @Test(arguments: [1, 3, 100])
  func batchesByLengthHaveEachSampleOnceAndLikeLengths(window: Int) throws {
    let lengths = (0..<103).map { $0 * 37 % 101 + 1 }
    let byLength = try Sampler(Lengths(lengths), order: .byLength(batch: 8, window: window), seed: 4)
    let orders = (0..<3).map { order(byLength, epoch: $0, count: 103) }
    #expect(orders.allSatisfy { $0.sorted() == Array(0..<103) } && Set(orders).count == 3)
    // The epoch decides, not the sampler's former use.
    #expect(order(byLength, epoch: 1, count: 103) == orders[1])
    let shuffled = try sampler(103, .shuffled)
    for (epoch, found) in orders.enumerated() {
      let before = order(shuffled, epoch: epoch, count: 103)
      for first in stride(from: 0, to: 103, by: 8 * window) {
        let own = first..<min(first + 8 * window, 103)
        // A window has the samples that it has without sorting; each of its batches is a stretch of their sorted lengths.
        #expect(found[own].sorted() == before[own].sorted())
        let sorted = found[own].map { lengths[$0] }.sorted()
        var stretches: Set<Int> = []
        for start in stride(from: own.lowerBound, to: own.upperBound, by: 8) {
          let batch = found[start..<min(start + 8, own.upperBound)]
          let stretch = batch.map { lengths[$0] }.sorted()
          let place = stride(from: 0, to: own.count, by: 8).first {
            Array(sorted[$0...].prefix(8)).starts(with: stretch)
          }
          if let place { stretches.insert(place) } else { Issue.record("batch at \(start) is no stretch") }
          // Within a batch the shuffled order is kept, so that files have long and short samples.
          let places = batch.compactMap { before.firstIndex(of: $0) }
          #expect(places == places.sorted())
        }
        #expect(stretches.count == (own.count + 7) / 8)
      }
    }
  }

  /// Files of 7, 1, 12, 5 and 3 samples.
  private static let files = [0..<7, 7..<8, 8..<20, 20..<25, 25..<28]

  @Test(arguments: [1, 2, 3, 9])
  func aWindowMixesTheSamplesOfItsFilesAlone(size: Int) throws {
    let data = Lengths(Array(repeating: 1, count: 28), fileRanges: SamplerTests.files)
    let windowed = try Sampler(data, order: .shuffled, shuffleWindow: size, seed: 4)
    let orders = (0..<4).map { order(windowed, epoch: $0, count: 28) }
    #expect(Set(orders).count == 4)
    // The epoch decides, not the sampler's former use.
    #expect(
      order(try Sampler(data, order: .shuffled, shuffleWindow: size, seed: 4), epoch: 2, count: 28) == orders[2])
    var fileOrders: Set<[Int]> = []
    for found in orders {
      #expect(found.sorted() == Array(0..<28))
      var place = 0
      var files: [Int] = []
      while place < 28 {
        // The files of a window are those of its samples.
        var window: Set<Int> = []
        var end = place
        while end < 28, let file = SamplerTests.files.firstIndex(where: { $0.contains(found[end]) }),
          window.contains(file) || window.count < size
        {
          window.insert(file)
          end += 1
        }
        #expect(window.reduce(0) { $0 + SamplerTests.files[$1].count } == end - place)
        files += window.sorted()
        place = end
      }
      fileOrders.insert(files)
    }
    #expect(size == 9 || fileOrders.count > 1)
  }

  @Test func subsetsHaveTheFilesOfTheirSamples() throws {
    let data = Lengths(Array(repeating: 1, count: 28), fileRanges: SamplerTests.files)
    #expect(Subset(data, indices: [1, 5, 7, 20, 21, 27]).fileRanges == [0..<2, 2..<3, 3..<5, 5..<6])
    #expect(Subset(data, indices: [20, 1]).fileRanges == nil && Subset(data, indices: []).fileRanges == [])
    let chosen = Subset(data, indices: [1, 5, 7, 20, 21, 27])
    #expect(
      order(try Sampler(chosen, order: .shuffled, shuffleWindow: 1, seed: 1), epoch: 0, count: 6).sorted()
        == Array(0..<6))
    let byLength = try Sampler(
      data, order: .byLength(batch: 4, window: 2), shuffleWindow: 2, seed: 1)
    #expect(order(byLength, epoch: 0, count: 28).sorted() == Array(0..<28))
  }

  @Test func drawsComeInTheOrderOfTheirFiles() throws {
    let data = Lengths(Array(repeating: 1, count: 28), fileRanges: SamplerTests.files)
    let draws = try WeightedDraws(weighing: Weighed(data), count: 60)
    let drawn = order(
      try Sampler(data, order: .shuffled, draws: draws, shuffleWindow: 1, seed: 1), epoch: 0, count: 60)
    var files = drawn.compactMap { sample in SamplerTests.files.firstIndex { $0.contains(sample) } }
    files = files.indices.filter { $0 == 0 || files[$0] != files[$0 - 1] }.map { files[$0] }
    #expect(drawn.count == 60 && Set(files).count == files.count)
  }
}

/// Samples that all weigh 1.
private final class Weighed: Dataset {
  let inputShape: Shape
  let classNames: [String] = []
  let count: Int

  init(_ data: Lengths) { (inputShape, count) = (data.inputShape, data.count) }

  var sampleWeights: [Double]? { Array(repeating: 1, count: count) }
  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {}
}
