import CAllocationCounter
import Optimizers
import TestSupport
import Testing

/// Updates by slices, with an optimizer for each rank, against one optimizer's update of the whole vector.
@Suite struct SliceTests {
  /// Parameters within a block, over several, and ending within one.
  private static let segments = [0..<5, 16..<3000, 3008..<7000, 7008..<7100]
  private static let count = 7104
  /// The ranks' slices: one or several each, of one block or more, adjacent or not, empty or none.
  private static let divisions: [[[Range<Int>]]] =
    [[], [1024], [3072, 4096], [2048, 2048, 6144], Array(stride(from: 1024, to: count, by: 1024))].map { cuts in
      zip([0] + cuts, cuts + [count]).map { [$0..<$1] }
    } + [
      everyThirdBlock,
      [[0..<1024, 1024..<2048, 4096..<5120], [2048..<4096], [], [5120..<6144, 6144..<count]],
      [[2048..<6144], [0..<2048, 2048..<2048, 6144..<count], [count..<count]],
    ]
  private static let everyThirdBlock: [[Range<Int>]] = (0..<3).map { rank in
    stride(from: rank * 1024, to: count, by: 3072).map { $0..<min($0 + 1024, count) }
  }

  private static func vector(_ seed: Int) -> [Float] {
    var random = TestRandom(UInt64(seed))
    var values = [Float](repeating: 0, count: count)
    for segment in segments { values.replaceSubrange(segment, with: random.floats(segment.count)) }
    return values
  }

  /// Ranks in one thread: each one's `gather` runs the steps of the later ones, until all have their sums.
  private final class Ranks {
    let optimizers: [any Optimizer]
    /// The packed sums of each rank.
    private var packed: [[Double]] = []

    init(_ optimizers: [any Optimizer]) {
      self.optimizers = optimizers
    }

    func step(_ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>) {
      packed = []
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
        let parts = optimizers.map { sums.parts(of: $0.slices) }
        #expect(parts.joined().joined().sorted() == Array(sums.partials.indices))
        var own = [Double](repeating: .nan, count: parts[rank].reduce(0) { $0 + $1.count })
        sums.pack(parts[rank], into: &own)
        packed.append(own)
        others()
        sums.partials.update(repeating: .nan)
        for (parts, packed) in zip(parts, packed) { sums.unpack(parts, from: packed) }
      }
      others()
    }
  }

  /// Clips by the norm, as one rank or as ranks with slices.
  private func clip(_ gradients: inout [Float], division: [[Range<Int>]]?) {
    guard let division else {
      let norm = GradientClipping.norm(gradients, count: gradients.count)
      return GradientClipping.clip(&gradients, count: gradients.count, norm: norm, limit: 3)
    }
    let sums = BlockSums(segments: [0..<gradients.count])
    for slices in division { sums.compute(slices, of: gradients) }
    for slice in division.joined() {
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
      clip(&gradients, division: nil)
      whole.step(parameters: &wanted, gradients: gradients, learningRate: 0.01)
    }
    for division in Self.divisions {
      let ranks = Ranks(try division.map { _ in try optimizer.make(Self.count, Self.segments) })
      for (rank, slices) in zip(ranks.optimizers, division) { try rank.restrict(to: slices) }
      var weights = Self.vector(1)
      for step in 0..<5 {
        var gradients = Self.vector(100 + step)
        clip(&gradients, division: division)
        ranks.step(&weights, gradients)
      }
      #expect(bits(weights) == bits(wanted), "divided as \(division)")
      for (index, vector) in whole.state.enumerated() {
        for (rank, slices) in zip(ranks.optimizers, division) {
          let wanted = slices.flatMap { bits(vector.values.floats[$0]) }
          #expect(bits(rank.state[index].values.floats) == wanted, "\(vector.name), divided as \(division)")
        }
      }
    }
  }

  @Test(arguments: OptimizerCase.all)
  func slicesKeepTheirState(optimizer: OptimizerCase) throws {
    let whole = try optimizer.make(Self.count, Self.segments)
    var weights = Self.vector(1)
    whole.step(parameters: &weights, gradients: Self.vector(2), learningRate: 0.01)
    let before = whole.state.map { Array($0.values.floats) }
    // Several slices, one over a border, only the end, and none.
    let inTurn = [
      [0..<2048, 3072..<4096, 4096..<Self.count], [1024..<2048, 3072..<5120, 6144..<Self.count],
      [6144..<Self.count], [],
    ]
    for slices in inTurn {
      try whole.restrict(to: slices)
      #expect(whole.slices == slices)
      for (vector, values) in zip(whole.state, before) {
        #expect(bits(vector.values.floats) == slices.flatMap { bits(values[$0]) }, "\(vector.name) of \(slices)")
      }
    }
  }

  @Test(arguments: OptimizerCase.all)
  func stepsOfSlicesAllocateNothing(optimizer: OptimizerCase) throws {
    let own = try optimizer.make(Self.count, Self.segments)
    try own.restrict(to: Self.everyThirdBlock[1])
    var weights = Self.vector(1)
    let gradients = Self.vector(2)
    var packed = [Double](repeating: 0, count: 100)
    var parts: [Range<Int>]?
    func step() {
      own.step(parameters: &weights, gradients: gradients, learningRate: 0.01) { sums in
        let own = parts ?? sums.parts(of: own.slices)
        parts = own
        sums.pack(own, into: &packed)
        sums.unpack(own, from: packed)
      }
    }
    step()
    let before = dpt_allocation_count()
    for _ in 0..<3 { step() }
    #expect(dpt_allocation_count() == before)
  }

  @Test func sumsOfAPieceBelongToOneSlice() {
    let sums = BlockSums(segments: Self.segments, vectors: 2)
    // Pieces: 0..<5 and 16..<1024; 1024..<2048, 2048..<3000 and 3008..<3072; the rest.
    let end = sums.partials.count
    #expect(sums.parts(of: [0..<1024, 1024..<3072, 3072..<Self.count]) == [0..<4, 4..<10, 10..<end])
    #expect(sums.parts(of: [0..<1024, 2048..<2048, 3072..<Self.count]) == [0..<4, 6..<6, 10..<end])
    #expect(sums.parts(of: []).isEmpty)
  }

  @Test func joinedSlicesHaveTheSumsOfTheirPlaces() {
    let values = Self.vector(3)
    let (apart, joined) = (BlockSums(segments: Self.segments), BlockSums(segments: Self.segments))
    for slices in Self.everyThirdBlock {
      apart.compute(slices, of: values)
      joined.compute(slices, ofJoined: slices.flatMap { Array(values[$0]) })
      let parts = apart.parts(of: slices)
      #expect(parts.joined().allSatisfy { apart.partials[$0] == joined.partials[$0] && apart.partials[$0] > 0 })
    }
    for index in Self.segments.indices { #expect(apart.norm(segment: index) == joined.norm(segment: index)) }
  }

  @Test(arguments: [1, 1023, 1024, 1025, 7104])
  func theNormIsThatOfTheWholeVector(count: Int) {
    let values = Array(Self.vector(7)[..<count])
    let sums = BlockSums(segments: [0..<count])
    sums.compute([0..<count], of: values)
    #expect(sums.norm() == GradientClipping.norm(values, count: count))
    let wanted = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect((sums.norm() - wanted).magnitude < 1e-6 * wanted)
  }
}
