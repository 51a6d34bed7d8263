import Datasets
import Tensors
import Testing

/// Samples in memory: each has some steps of `features` values.
private final class Samples: Dataset {
  let inputShape: Shape
  let targetLayout: TargetLayout
  let classNames: [String]
  let classes: [Int32]?
  let hasLengths: Bool
  let count: Int
  private let inputs: [[Float]]
  private let values: [[Float]]

  init(
    _ inputs: [[Float]], features: Int, classes: [Int32]? = nil, names: [String] = [], values: [[Float]] = [],
    areSequences: Bool = false
  ) {
    let steps = inputs.map { $0.count / features }
    inputShape = areSequences ? .sequence(steps: steps.max() ?? 1, features: features) : .vector(features)
    hasLengths = areSequences
    targetLayout = values.first.map { .values(.vector($0.count)) } ?? .oneClass
    classNames = names
    (self.classes, self.inputs, self.values, count) = (classes, inputs, values, inputs.count)
  }

  func length(of index: Int) -> Int { inputs[index].count / inputShape.features }

  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count) { length(of: indices[$0]) }
    for (place, index) in indices.enumerated() {
      for step in 0..<length(of: index) {
        let row = batch.view.row(step: step, sample: place).floats
        for feature in 0..<inputShape.features { row[feature] = inputs[index][step * inputShape.features + feature] }
      }
      if let classes { batch.classes[place] = classes[index] }
      guard case .values(let view) = batch.targets else { continue }
      for (output, value) in values[index].enumerated() { view.row(sample: place).floats[output] = value }
    }
  }
}

@Suite struct DataStatisticsTests {
  /// NumPy's labels tell the number of classes, so those of a part may tell a smaller one.
  @Test func aPartWithoutTheLastClassesHasNoneOfThem() throws {
    let training = Samples([[1], [2], [3]], features: 1, classes: [0, 1, 2], names: ["0", "1", "2"])
    let test = Samples([[1], [2]], features: 1, classes: [1, 0], names: ["0", "1"])
    let statistics = try DataStatistics(DataSplits(training: training, test: test))
    #expect(statistics[.test]?.classes == [1, 1, 0])
    #expect(statistics[.training]?.classes == [1, 1, 1])
  }

  /// numpy: `(1000000 + ((i * 37) % 101) / 8).astype(float32)`, and `(i * 7) % 11 - 5`, for i below 1000.
  @Test func rangesAreThoseOfNumPy() throws {
    let inputs = (0..<1000).map { (index: Int) -> [Float] in
      let large = 1_000_000 + Float(index * 37 % 101) / 8
      return [large, Float(index * 7 % 11 - 5)]
    }
    for sequences in [false, true] {
      // As samples, or as steps of a few long ones.
      let data =
        sequences
        ? Samples(
          (0..<8).map { Array(inputs[$0 * 125..<($0 + 1) * 125].joined()) }, features: 2,
          classes: Array(repeating: 0, count: 8), names: ["a"], areSequences: true)
        : Samples(inputs, features: 2, classes: Array(repeating: 0, count: 1000), names: ["a"])
      let part = try #require(try DataStatistics(DataSplits(training: data))[.training])
      let (large, small) = (part.inputs[0], part.inputs[1])
      #expect(large.count == 1000 && large.least == 1_000_000 && large.most == 1_000_012.5)
      #expect(abs(large.mean - 1_000_006.25125) < 1e-8 && abs(large.deviation - 3.6474432397914027) < 1e-9)
      #expect(small.least == -5 && small.most == 5 && small.zeros == 91)
      #expect(abs(small.mean - 0.001) < 1e-12 && abs(small.deviation - 3.1637002070360585) < 1e-12)
      #expect(!large.isConstant && part.classes == [sequences ? 8 : 1000])
    }
  }

  @Test func numbersThatAreNotFiniteAreCountedAlone() throws {
    let data = Samples(
      [[1, 2], [.nan, 2], [3, 2], [-.infinity, 2]], features: 2, classes: [0, 0, 1, 1], names: ["a", "b"])
    let inputs = try #require(try DataStatistics(DataSplits(training: data))[.training]).inputs
    #expect(inputs[0].notFinite == 2 && inputs[0].count == 2 && inputs[0].mean == 2 && inputs[0].deviation == 1)
    #expect(inputs[1].isConstant && inputs[1].deviation == 0)
  }

  @Test func lengthsHaveTheirMedianAndHistogram() throws {
    let lengths = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
    let data = Samples(
      lengths.map { Array(repeating: 1, count: $0) }, features: 1, classes: lengths.map { _ in 0 }, names: ["a"],
      areSequences: true)
    let counts = try #require(try DataStatistics(DataSplits(training: data))[.training]?.lengths)
    #expect(counts.count == 11 && counts.least == 1 && counts.median == 4 && counts.most == 9)
    #expect(abs(counts.mean - 4) < 1e-12)
    let ranges = counts.histogram(5)
    #expect(ranges.map(\.lengths) == [1...2, 3...4, 5...6, 7...8, 9...10])
    #expect(ranges.map(\.samples) == [3, 3, 4, 0, 1])
  }

  @Test(arguments: [([1, 2, 3, 5], 2.5), ([7], 7.0), ([2, 2, 9, 9], 5.5), ([4, 1], 2.5), ([1, 1, 1, 8], 1.0)])
  func theMedianLengthIsNumPys(lengths: [Int], median: Double) throws {
    let data = Samples(
      lengths.map { Array(repeating: 1, count: $0) }, features: 1, classes: lengths.map { _ in 0 }, names: ["a"],
      areSequences: true)
    #expect(try DataStatistics(DataSplits(training: data))[.training]?.lengths?.median == median)
  }

  @Test func someOfManySamplesAreEvenlySpaced() throws {
    let data = Samples(
      (0..<100).map { [Float($0)] }, features: 1, classes: (0..<100).map { Int32($0 % 4) },
      names: ["a", "b", "c", "d"])
    let part = try #require(try DataStatistics(DataSplits(training: data), limit: 10)[.training])
    #expect(part.count == 100 && part.examined == 10 && part.isPartial)
    #expect(part.inputs[0].count == 10 && part.inputs[0].least == 0 && part.inputs[0].most == 90)
    // Classes that are known before loading are counted over all samples.
    #expect(part.classes == [25, 25, 25, 25])
  }

  @Test func copiesAreFoundWithinAndBetweenParts() throws {
    let training = Samples(
      [[1, 2], [3, 4], [1, 2], [5, 6]], features: 2, classes: [0, 1, 1, 0], names: ["a", "b"])
    let test = Samples([[7, 8], [5, 6], [3, 4]], features: 2, classes: [0, 0, 0], names: ["a", "b"])
    let found = try DataStatistics(DataSplits(training: training, test: test)).copies.found
    #expect(found.count == 2)
    let (within, between) = (found[0], found[1])
    #expect(within.first == .training && within.second == .training && within.count == 1)
    #expect(within.contradictions == 1 && within.contradicting.first?.copy.index == 2)
    #expect(between.first == .training && between.second == .test && between.count == 2 && between.contradictions == 1)
    #expect(between.examples.map(\.copy.index) == [1, 2] && between.examples.map(\.first.index) == [3, 1])
  }

  @Test func targetsOfNumbersAndOfSeveralLabelsAreMeasuredByOutput() throws {
    let data = Samples(
      [[0], [1], [2], [3]], features: 1, values: [[0, 1.5], [1, -1.5], [1, 2], [1, 2]])
    let part = try #require(try DataStatistics(DataSplits(training: data))[.training])
    #expect(part.classes.isEmpty && part.outputs.count == 2)
    #expect(part.outputs[0].isBinary && part.outputs[0].ones == 3)
    #expect(!part.outputs[1].isBinary && part.outputs[1].mean == 1 && part.outputs[1].least == -1.5)
  }
}
