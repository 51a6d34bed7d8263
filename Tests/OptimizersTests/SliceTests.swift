import Optimizers
import TestSupport
import Testing

/// Updates by slices, one optimizer each as on several ranks, against the update of the whole vector by one.
@Suite struct SliceTests {
  /// Parameters within a block, over several, and ending within one.
  private static let segments = [0..<5, 16..<3000, 3008..<7000, 7008..<7100]
  private static let count = 7104
  /// Where the vector is cut.
  private static let divisions = [
    [], [1024], [3072, 4096], [2048, 2048, 6144], Array(stride(from: 1024, to: count, by: 1024)),
  ]

  private static func slices(_ cuts: [Int]) -> [Range<Int>] {
    zip([0] + cuts, cuts + [count]).map { $0..<$1 }
  }

  private static func vector(_ seed: Int) -> [Float] {
    var random = TestRandom(UInt64(seed))
    var values = [Float](repeating: 0, count: count)
    for segment in segments { values.replaceSubrange(segment, with: random.floats(segment.count)) }
    return values
  }

  /// Ranks in one thread: each one's gathering runs the steps of those after it, until all have given their sums.
  private final class Ranks {
    let optimizers: [any Optimizer]
    private var partials: [Int: [Double]] = [:]

    init(_ optimizers: [any Optimizer]) {
      self.optimizers = optimizers
    }

    func step(_ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>) {
      partials = [:]
      step(from: 0, weights, gradients)
    }

    private func step(from rank: Int, _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>) {
      guard rank < optimizers.count else { return }
      var isDone = false
      func others() {
        if !isDone { step(from: rank + 1, weights, gradients) }
        isDone = true
      }
      optimizers[rank].step(parameters: weights, gradients: gradients, learningRate: 0.01) { sums in
        for place in sums.part(of: optimizers[rank].slice) { partials[place, default: []].append(sums.partials[place]) }
        others()
        #expect(partials.count == sums.partials.count && partials.values.allSatisfy { $0.count == 1 })
        for (place, values) in partials { sums.partials[place] = values[0] }
      }
      others()
    }
  }

  /// Clips by the norm, as one rank does and as ranks do that have a slice each.
  private func clip(_ gradients: inout [Float], slices: [Range<Int>]?) {
    guard let slices else {
      let norm = GradientClipping.norm(gradients, count: gradients.count)
      return GradientClipping.clip(&gradients, count: gradients.count, norm: norm, limit: 3)
    }
    let sums = BlockSums(segments: [0..<gradients.count])
    for slice in slices { sums.compute(slice, of: Array(gradients[slice])) }
    for slice in slices {
      var part = Array(gradients[slice])
      GradientClipping.clip(&part, count: slice.count, norm: sums.norm(), limit: 3)
      gradients.replaceSubrange(slice, with: part)
    }
  }

  @Test(arguments: OptimizerCase.all)
  func anyDivisionGivesTheBitsOfTheWhole(optimizer: OptimizerCase) throws {
    let whole = try optimizer.make(Self.count, Self.segments)
    var wanted = Self.vector(1)
    for step in 0..<5 {
      var gradients = Self.vector(100 + step)
      clip(&gradients, slices: nil)
      whole.step(parameters: &wanted, gradients: gradients, learningRate: 0.01)
    }
    for cuts in Self.divisions {
      let slices = Self.slices(cuts)
      let ranks = Ranks(try slices.map { _ in try optimizer.make(Self.count, Self.segments) })
      for (rank, slice) in zip(ranks.optimizers, slices) { try rank.restrict(to: slice) }
      var weights = Self.vector(1)
      for step in 0..<5 {
        var gradients = Self.vector(100 + step)
        clip(&gradients, slices: slices)
        ranks.step(&weights, gradients)
      }
      #expect(bits(weights) == bits(wanted), "cut at \(cuts)")
      for (index, vector) in whole.state.enumerated() {
        let joined = ranks.optimizers.flatMap { Array($0.state[index].values.floats) }
        #expect(bits(joined) == bits(vector.values.floats), "\(vector.name), cut at \(cuts)")
      }
    }
  }

  @Test(arguments: OptimizerCase.all)
  func aSliceKeepsItsState(optimizer: OptimizerCase) throws {
    let whole = try optimizer.make(Self.count, Self.segments)
    var weights = Self.vector(1)
    whole.step(parameters: &weights, gradients: Self.vector(2), learningRate: 0.01)
    let before = whole.state.map { Array($0.values.floats) }
    try whole.restrict(to: 2048..<Self.count)
    try whole.restrict(to: 3072..<5120)
    #expect(whole.slice == 3072..<5120)
    for (vector, values) in zip(whole.state, before) {
      #expect(bits(vector.values.floats) == bits(values[3072..<5120]), "\(vector.name)")
    }
  }

  @Test func sumsOfAPieceBelongToOneSlice() {
    let sums = BlockSums(segments: Self.segments, vectors: 2)
    // Pieces: 0..<5 and 16..<1024; 1024..<2048, 2048..<3000 and 3008..<3072; the rest.
    #expect(sums.part(of: 0..<1024) == 0..<4)
    #expect(sums.part(of: 1024..<3072) == 4..<10)
    #expect(sums.part(of: 3072..<Self.count) == 10..<sums.partials.count)
    #expect(sums.part(of: 2048..<2048).isEmpty)
  }

  @Test(arguments: [1, 1023, 1024, 1025, 7104])
  func theNormIsThatOfTheWholeVector(count: Int) {
    let values = Array(Self.vector(7)[..<count])
    let sums = BlockSums(segments: [0..<count])
    sums.compute(0..<count, of: values)
    #expect(sums.norm() == GradientClipping.norm(values, count: count))
    let wanted = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect((sums.norm() - wanted).magnitude < 1e-6 * wanted)
  }
}
