import Testing

/// Steps that accumulate several batches.
@Suite struct AccumulationTests {
  private func experiment(batch: Int, accumulate: Int) -> SmallExperiment {
    var small = SmallExperiment()
    small.batch = batch
    small.accumulate = accumulate
    return small
  }

  /// Steps of 30 samples from 100, the last of 10.
  @Test(arguments: [(15, 2), (10, 3), (8, 4)])
  func batchesAddUpToOneLargeBatch(batch: Int, accumulate: Int) throws {
    let samples = batch * accumulate
    let large = try experiment(batch: samples, accumulate: 1).train(ranks: 1)
    let added = try experiment(batch: batch, accumulate: accumulate).train(ranks: 1)
    #expect(added.samples == large.samples)
    #expect(added.samples.prefix(4) == [samples, samples, samples, 100 - 3 * samples])
    for (own, whole) in zip(added.losses, large.losses) { #expect((own - whole).magnitude < 1e-5 * whole) }
    for (own, whole) in zip(added.norms, large.norms) { #expect((own - whole).magnitude < 1e-4 * whole) }
    #expect(added.accuracies == large.accuracies)
    for (own, whole) in zip(added.weights, large.weights) {
      #expect((Float(bitPattern: own) - Float(bitPattern: whole)).magnitude < 1e-3)
    }
  }

  @Test func bitsAreTheSameOnAnyNumberOfRanks() throws {
    var small = experiment(batch: 11, accumulate: 3)
    small.averageDecay = 0.9
    small.clipValue = 0.01
    let alone = try small.train(ranks: 1)
    #expect(alone.samples == [33, 33, 33, 1, 33, 33, 33, 1])
    for ranks in [2, 3, 5] {
      let outcome = try small.train(ranks: ranks)
      #expect(outcome.weights == alone.weights, "\(ranks) ranks")
      #expect(outcome.evaluatedWeights == alone.evaluatedWeights)
      #expect(outcome.losses == alone.losses)
      #expect(outcome.norms == alone.norms)
      #expect(outcome.evaluations.map(\.loss) == alone.evaluations.map(\.loss))
    }
  }
}
