import Tensors
import Testing

@testable import Datasets

@Suite struct WindowsAheadTests {
  /// Samples in five files, and those that were asked for.
  private final class Files: Dataset {
    let inputShape = Shape.vector(1)
    let classNames: [String] = []
    let fileRanges: [Range<Int>]? = [0..<7, 7..<8, 8..<20, 20..<25, 25..<28]
    var count: Int { 28 }
    private(set) var expected: [Int] = []

    func expect(_ samples: [Int]) { expected += samples }
    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {}
  }

  @Test func aPartOfTheNextWindowIsAskedForAsLargeAsWhatIsLoaded() {
    let order = [4, 3, 5, 0, 2, 1, 8, 9]
    var ahead = WindowsAhead([0..<3, 3..<3, 3..<7, 7..<8])
    func loaded(before place: Int) -> [Int] {
      ahead.loaded(before: place, samples: { Array(order[$0]) }, afterwards: { [7, 6] })
    }
    #expect(loaded(before: 1) == [0, 1])
    #expect(loaded(before: 1) == [] && loaded(before: 3) == [2, 8])
    #expect(loaded(before: 6) == [9] && loaded(before: 7) == [])
    #expect(loaded(before: 8) == [6, 7] && loaded(before: 8) == [])
  }

  /// Each rank asks for its own samples alone, for each once. The first window comes too soon for that, and so does that of each
  /// epoch whose order is not known before.
  @Test(arguments: [(size: 1, ranks: 1), (2, 1), (1, 3), (2, 3)], [true, false])
  func theNextWindowIsReadAhead(_ job: (size: Int, ranks: Int), byLength: Bool) throws {
    let shuffled = try Sampler(Files(), order: .shuffled, shuffleWindow: job.size, seed: 2)
    for rank in 0..<job.ranks {
      let data = Files()
      let sampler = try Sampler(
        data, order: byLength ? .byLength(batch: 4, window: 2) : .shuffled, shuffleWindow: job.size, epochs: 3, seed: 2)
      func part(_ batch: Range<Int>) -> Range<Int> {
        batch.lowerBound + batch.count * rank / job.ranks..<batch.lowerBound + batch.count * (rank + 1) / job.ranks
      }
      sampler.loads(part, ofBatches: 5)
      let batch = try Batch(for: data, capacity: 5)
      var wanted: [Int] = []
      for epoch in 0..<3 {
        sampler.arrange(epoch: epoch)
        shuffled.arrange(epoch: epoch)
        var files: Set<Int> = []
        let first = shuffled.indices(0..<28).prefix { sample in
          files.insert(data.fileRanges?.firstIndex { $0.contains(sample) } ?? 0)
          return files.count <= job.size
        }
        for start in stride(from: 0, to: 28, by: 5) {
          let own = part(start..<min(start + 5, 28))
          let known = byLength || epoch == 0 ? own.clamped(to: first.count..<28) : own
          wanted += sampler.indices(known)
          try sampler.load(own, epoch: epoch, into: batch)
        }
      }
      #expect(data.expected.sorted() == wanted.sorted())
    }
  }
}
