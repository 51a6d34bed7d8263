import Formats
import Tensors
import TestSupport
import Testing

@testable import Datasets

/// Random changes of sequences.
@Suite struct AugmentedSequencesTests {
  /// 300 sequences of 1 to 20 steps of three channels, in which every value is 2.
  private func sequences() -> SequenceDataset {
    let lengths = (0..<300).map { $0 % 20 + 1 }
    let offsets = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let inputs = RaggedSteps<Float>(
      features: 3, values: Array(repeating: 2, count: 3 * (offsets.last ?? 0)), starts: offsets)
    return SequenceDataset(inputs, targets: .none(count: lengths.count), classNames: ["a"], path: "x")
  }

  /// The values of each sample, step by step. `earlier` says how often the epoch drew each before.
  private func load(
    _ data: any Dataset, epoch: Int = 1, _ indices: [Int]? = nil, earlier: [Int] = []
  ) throws -> [[Float]] {
    let indices = indices ?? Array(0..<data.count)
    let batch = try Batch(for: data, capacity: indices.count)
    earlier.withUnsafeBufferPointer { batch.note(earlierDraws: $0) }
    try indices.withUnsafeBufferPointer { try data.load(epoch: epoch, indices: $0, into: batch) }
    return indices.indices.map { place in
      let steps = SampleSteps(of: batch, place: place)
      return (0..<steps.count).flatMap { step in (0..<3).map { steps[step][$0] } }
    }
  }

  private func augmented(_ transforms: [any SequenceTransform], seed: UInt64 = 3) -> DataSplits {
    DataSplits(training: sequences()).augmented(by: transforms, seed: seed)
  }

  private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let square = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
    return (mean, square.squareRoot())
  }

  @Test func changesDependOnSeedEpochAndSampleAlone() throws {
    let all: [any SequenceTransform] = [
      Jitter(sigma: 0.1), Scaling(sigma: 0.2), TimeMasking(count: 2, limit: .share(0.3)),
    ]
    let first = try load(augmented(all).training)
    #expect(try load(augmented(all).training, [299, 7, 20]) == [first[299], first[7], first[20]])
    #expect(try load(augmented(all).training, epoch: 2) != first)
    #expect(try load(augmented(all, seed: 4).training) != first)
    #expect(first[3] != first[23])
  }

  @Test func aSequenceThatIsDrawnAgainIsChangedAnew() throws {
    let data = augmented([Jitter(sigma: 0.1)]).training
    let (once, again) = (try load(data, [7, 7]), try load(data, [7, 7], earlier: [0, 1]))
    #expect(once[0] == once[1] && again[0] == once[0] && again[1] != again[0])
  }

  @Test func onlyTheTrainingIsChanged() throws {
    let parts = augmented([Jitter(sigma: 0.1)])
    #expect(parts.training.variesByEpoch && parts.measured(.training)?.variesByEpoch == false)
    #expect(try parts.measured(.training).map { try load($0) } == load(sequences()))
  }

  @Test func jitterIsNormalForEachValue() throws {
    let values = try load(augmented([Jitter(sigma: 0.5)]).training).flatMap(\.self)
    let (mean, deviation) = moments(values)
    #expect(abs(mean - 2) < 0.02 && abs(deviation - 0.5) < 0.02)
    #expect(Set(values).count > values.count / 2)
  }

  @Test func scalingHasAFactorForEachChannel() throws {
    let samples = try load(augmented([Scaling(sigma: 0.25)]).training)
    for sample in samples {
      for (place, value) in sample.enumerated() { #expect(value == sample[place % 3]) }
    }
    let (mean, deviation) = moments(samples.flatMap { $0.prefix(3) })
    #expect(abs(mean - 2) < 0.07 && abs(deviation - 0.5) < 0.07)
  }

  @Test func masksAreSpansUpToTheLimit() throws {
    for (limit, most) in [(TimeMasking.Limit.share(0.25), 5), (.steps(7), 7)] {
      let samples = try load(augmented([TimeMasking(count: 1, limit: limit)]).training)
      var lengths: Set<Int> = []
      for sample in samples {
        let isMasked = stride(from: 0, to: sample.count, by: 3).map { sample[$0] == 0 }
        for (place, value) in sample.enumerated() { #expect(value == (isMasked[place / 3] ? 0 : 2)) }
        // One span: at most one place at which it begins.
        #expect(zip([false] + isMasked, isMasked).count { !$0 && $1 } <= 1)
        if sample.count == 60 { lengths.insert(isMasked.count { $0 }) }
      }
      #expect(lengths.max() == most && lengths.min() == 0)
    }
  }
}
