import Datasets
import Diagnostics
import Tensors
import Testing

@Suite struct BinaryEchoTests {
  private let data = BinaryEcho(
    delay: 3, chunk: 10, chunks: 6, rows: 4, seed: 1, purpose: .trainingData, uncounted: -9)

  private func load(_ indices: [Int], epoch: Int = 0) throws -> [(bits: [Int], targets: [Int])] {
    let batch = try Batch(for: data, capacity: indices.count)
    indices.withUnsafeBufferPointer { data.load(epoch: epoch, indices: $0, into: batch) }
    return indices.indices.map { place in
      (
        (0..<10).map { Int(batch.view.row(step: $0, sample: place)[0]) },
        (0..<10).map { Int(batch.classes[$0 * batch.count + place]) }
      )
    }
  }

  @Test func rowsContinueFromBatchToBatch() throws {
    #expect(data.count == 24)
    var series: Set<[Int]> = []
    for row in 0..<4 {
      let chunks = try load((0..<6).map { $0 * 4 + row })
      let (bits, targets) = (chunks.flatMap(\.bits), chunks.flatMap(\.targets))
      #expect(targets == [-9, -9, -9] + bits.dropLast(3))
      #expect((15...45).contains(bits.reduce(0, +)))
      series.insert(bits)
    }
    #expect(series.count == 4)
  }

  @Test func aChunkDependsOnEpochAndIndexAlone() throws {
    let all = try load(Array(0..<24))
    for index in [0, 5, 23] { #expect(try load([index])[0].bits == all[index].bits) }
    #expect(try load(Array(0..<24), epoch: 1).map(\.bits) != all.map(\.bits))
    #expect(data.text(of: 5) == all[5].bits.map(String.init).joined())
  }

  @Test func invalidBitsAreNamed() throws {
    #expect(try BinaryEchoReader().samples("0110").inputShape == .sequence(steps: 4, features: 1))
    let failure = try #require(throws: Failure.self) { try BinaryEchoReader().samples("0120") }
    #expect(failure.message == #"input "0120": "2" at place 3 is not a bit"#)
    #expect(throws: Failure.self) { try BinaryEchoReader().samples("") }
  }
}
