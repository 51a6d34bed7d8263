import Collectives
import Datasets
import Optimizers
import Tensors
import Testing

@testable import Training

/// Samples that all have the weight 1.
private final class EqualWeights: Dataset {
  let inputShape = Shape.vector(1)
  let classNames = ["a"]
  let count: Int

  init(count: Int) { self.count = count }

  var sampleWeights: [Double]? { Array(repeating: 1, count: count) }

  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) { batch.clear(count: indices.count) }
}

@Suite struct RateSearchTests {
  private func search(_ small: SmallExperiment, ranks: Int, range: RateRange) throws -> RateCurve {
    try ThreadCommunicator.run(machines: [Array(0..<ranks)]) { communicator in
      try RateSearch(range, communicator: communicator) { try small.make() }.run(communicator)
    }[0]
  }

  @Test func ratesGrowByAConstantFactor() {
    let range = RateRange(from: 1e-6, to: 10, steps: 8)
    #expect((range.rate(step: 0) / 1e-6 - 1).magnitude < 1e-12)
    for step in 1..<8 { #expect((range.rate(step: step) / range.rate(step: step - 1) / 10 - 1).magnitude < 1e-12) }
    #expect(range.rate(step: 7) == range.rate(step: 100))
  }

  /// Fewer samples than the steps take, so epochs follow each other; accumulated batches and an average of the weights.
  @Test(arguments: [
    SmallExperiment(), SmallExperiment(accumulate: 2, averageDecay: 0.9), SmallExperiment(optimizerSharding: .always),
  ])
  func aTestHasTheSameBitsOnAnyNumberOfRanks(small: SmallExperiment) throws {
    let range = RateRange(from: 1e-6, to: 10, steps: 30)
    let alone = try search(small, ranks: 1, range: range)
    #expect(alone.rates.count > 10 && alone.rates[0] == range.rate(step: 0) && alone.rates[9] == range.rate(step: 9))
    for ranks in [2, 3, 8] { #expect(try search(small, ranks: ranks, range: range) == alone, "\(ranks) ranks") }
  }

  /// An epoch may draw more samples than there are.
  @Test func epochsAreAsLongAsThoseOfATraining() throws {
    let range = RateRange(from: 1e-6, to: 1e-4, steps: 10)
    var small = SmallExperiment(hasTest: false)
    small.draws = try WeightedDraws(weighing: EqualWeights(count: small.samples), count: 150)
    small.schedule = { RangeSchedule(range: range) }
    let training = try small.train(ranks: 1)
    #expect(training.samples == [33, 33, 33, 33, 18, 33, 33, 33, 33, 18])
    let curve = try search(small, ranks: 1, range: range)
    #expect(curve.rates == training.rates && curve.losses == training.losses)
  }

  /// The test trains the experiment that is made for it, and no other.
  @Test func noTraceIsLeftInOtherWeights() throws {
    let small = SmallExperiment()
    let other = try small.make()
    let before = try other.weightsDigest()
    let communicator = SoloCommunicator()
    let search = try RateSearch(RateRange(from: 1e-3, to: 1, steps: 20), communicator: communicator) {
      try small.make()
    }
    #expect(try search.experiment.weightsDigest() == before)
    _ = try search.run(communicator)
    #expect(try search.experiment.weightsDigest() != before)
    #expect(try other.weightsDigest() == before)
  }

  @Test func plainDescentDivergesAtLargeRates() throws {
    var small = SmallExperiment()
    small.optimizer = { try SGD(count: $0.valueCount) }
    let curve = try search(small, ranks: 1, range: RateRange(from: 1e-3, to: 1e6, steps: 60))
    #expect(curve.losses.allSatisfy(\.isFinite) && curve.smoothed.count == curve.losses.count)
    #expect(curve.divergence == nil || curve.rates.count < 61)
  }
}

/// What a curve of losses over growing rates says.
@Suite struct RateCurveTests {
  private let range = RateRange(from: 1e-5, to: 10, steps: 120)
  private var rates: [Double] { (0..<120).map { range.rate(step: $0) } }

  /// Flat up to 10⁻³, falling to 10⁻¹, then rising without bound: 120 rates over six decades, twenty to each.
  private func valley(noise: Double = 0) -> RateCurve {
    let losses = (0..<120).map { step -> Double in
      let wave = noise * (Double((step * 7919) % 101) / 50 - 1)
      let base = step < 40 ? 2 : step < 80 ? 2 - Double(step - 40) / 40 : 1 + Double((step - 80) * (step - 80)) / 40
      return base + wave
    }
    return RateCurve(rates: rates, losses: losses, range: range)
  }

  @Test func theSuggestionIsInTheMiddleOfTheFall() throws {
    let curve = valley()
    #expect(curve.falls)
    let suggestion = try #require(curve.suggestion)
    // The fall is from 10⁻³ to 10⁻¹; smoothing adds a little on its upper end.
    #expect((0.006...0.02).contains(suggestion), "\(suggestion)")
    let lowest = try #require(curve.lowest)
    #expect((0.05...0.15).contains(lowest.rate) && (0.9...1.15).contains(lowest.loss))
    #expect(try (1e-3...0.1).contains(#require(curve.steepest)))
  }

  @Test func noiseHardlyMovesTheSuggestion() throws {
    let suggestion = try #require(valley(noise: 0.1).suggestion)
    #expect((0.003...0.03).contains(suggestion), "\(suggestion)")
  }

  @Test func theTestStopsAtFourTimesTheLowestLoss() throws {
    let curve = valley()
    let divergence = try #require(curve.divergence)
    #expect(divergence > 0.3 && divergence < 10 && curve.rates.last == divergence)
    // One larger loss is no divergence, but an infinite one is.
    var losses = [Double](repeating: 1, count: 120)
    losses[50] = 20
    #expect(RateCurve(rates: rates, losses: losses, range: range).divergence == nil)
    losses[60] = .nan
    let ended = RateCurve(rates: rates, losses: losses, range: range)
    #expect(ended.divergence == rates[60] && ended.losses.count == 60)
  }

  @Test func aCurveThatDoesNotFallSuggestsNothing() {
    let flat = RateCurve(rates: rates, losses: rates.map { _ in 1.4 }, range: range)
    #expect(!flat.falls && flat.suggestion == nil && flat.steepest == nil && flat.divergence == nil)
    let noisy = (0..<120).map { (index: Int) -> Double in
      let noise = Double((index * 7919) % 101) / 50 - 1
      return 1.4 + 0.1 * noise
    }
    #expect(RateCurve(rates: rates, losses: noisy, range: range).suggestion == nil)
    let rising = RateCurve(rates: rates, losses: (0..<120).map { 1 + Double($0) / 100 }, range: range)
    #expect(rising.suggestion == nil)
    #expect(RateCurve(rates: [], losses: [], range: range).lowest == nil)
  }
}
