import Testing

@Suite struct RankCountTests {
  /// Two stacked recurrent layers, a batch that the shards do not divide, and a last batch smaller than the shards.
  @Test func weightsHaveTheSameBitsOnAnyNumberOfRanks() throws {
    let small = SmallExperiment()
    let alone = try small.train(ranks: 1)
    #expect(alone.losses.count == 8, "99 samples in three whole batches, then one sample")
    for ranks in [2, 3, 5, 7, 8] {
      let outcome = try small.train(ranks: ranks)
      #expect(outcome.weights == alone.weights, "\(ranks) ranks")
      #expect(outcome.losses == alone.losses)
      #expect(outcome.norms == alone.norms)
      #expect(outcome.accuracies == alone.accuracies)
      #expect(outcome.evaluations.map(\.loss) == alone.evaluations.map(\.loss))
      #expect(outcome.evaluations.map(\.confusion) == alone.evaluations.map(\.confusion))
    }
  }

  /// Gradients travel in many buckets, most of them before the backward pass ends.
  @Test(arguments: [[[0], [1]], [[0, 1], [2]], [[0, 2], [1, 3]], [[0], [1], [2], [3], [4]]])
  func weightsHaveTheSameBitsOnSeveralMachines(machines: [[Int]]) throws {
    for small in [SmallExperiment(), SmallExperiment(accumulate: 2)] {
      let alone = try small.train(ranks: 1)
      for bucketBytes in [64, 1000, 1 << 20] {
        let outcome = try small.train(machines: machines, bucketBytes: bucketBytes)
        #expect(outcome.weights == alone.weights && outcome.norms == alone.norms, "buckets of \(bucketBytes) bytes")
        #expect(outcome.evaluations.map(\.loss) == alone.evaluations.map(\.loss))
      }
    }
  }

  /// The transport's sum rounds differently, but is as accurate.
  @Test func nativeSumsTrainAsWell() throws {
    let tree = try SmallExperiment().train(ranks: 1)
    let native = try SmallExperiment(reduction: .native).train(ranks: 3)
    #expect(native.losses.count == tree.losses.count && native.samples == tree.samples)
    for (a, b) in zip(native.losses, tree.losses) { #expect((a - b).magnitude < 1e-5) }
    #expect(native.weights != tree.weights)
    #expect(native.accuracies.last == tree.accuracies.last)
  }

  @Test func anotherNumberOfShardsIsAnotherSum() throws {
    var small = SmallExperiment()
    let eight = try small.train(ranks: 1)
    small.shards = 3
    let three = try small.train(ranks: 1)
    #expect(three.weights != eight.weights)
    #expect((three.losses[0] - eight.losses[0]).magnitude < 1e-6)
  }

  @Test func evaluationCountsEverySampleOnce() throws {
    for ranks in [1, 3] {
      let evaluations = try SmallExperiment().train(ranks: ranks).evaluations
      #expect(evaluations.count == 2)
      for evaluation in evaluations {
        #expect(evaluation.samples == 50)
        #expect(evaluation.confusion.samples == 50)
        #expect(evaluation.accuracy == Double(evaluation.confusion.right) / 50)
      }
    }
  }

  @Test func moreRanksThanShardsIsRefused() {
    var small = SmallExperiment()
    small.shards = 2
    #expect(throws: (any Error).self) { try small.train(ranks: 3) }
  }
}
