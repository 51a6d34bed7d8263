import Collectives
import Datasets
import Diagnostics
import Foundation
import Layers
import Optimizers
import Tensors
import Testing

@testable import Training

/// Samples that a background thread loads during the training.
struct LoadingAheadTests {
  /// Another data set's samples, with delays and failures.
  private final class Slow: Dataset {
    let base: any Dataset
    let loadsAhead: Bool
    let failures: Set<Int>
    private(set) var threads: Set<ObjectIdentifier> = []

    init(_ base: any Dataset, ahead: Bool, failures: Set<Int> = []) {
      self.base = base
      loadsAhead = ahead
      self.failures = failures
    }

    var inputShape: Shape { base.inputShape }
    var classNames: [String] { base.classNames }
    var count: Int { base.count }
    var hasLengths: Bool { base.hasLengths }

    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
      threads.insert(ObjectIdentifier(Thread.current))
      if let first = indices.first, first % 3 == 0 { Thread.sleep(forTimeInterval: 0.001) }
      if let failed = indices.first(where: failures.contains) { throw Failure(.data, "sample \(failed) is damaged") }
      try base.load(epoch: epoch, indices: indices, into: batch)
    }
  }

  private func experiment(ahead: Bool, failures: Set<Int> = [], ofTest: Bool = false) throws -> Experiment {
    var small = SmallExperiment()
    small.epochs = 3
    let made = try small.make()
    return Experiment(
      network: made.network, optimizer: made.optimizer,
      data: DataSplits(
        training: Slow(made.data.training, ahead: ahead, failures: ofTest ? [] : failures),
        test: made.data.test.map { Slow($0, ahead: ahead, failures: ofTest ? failures : []) }), settings: made.settings)
  }

  private func train(ranks: Int, ahead: Bool, failures: Set<Int> = []) throws -> [[UInt32]] {
    try ThreadCommunicator.run(ranks: ranks) { communicator in
      let made = try experiment(ahead: ahead, failures: failures)
      let summary = try Trainer(made, workspace: made.makeWorkspace(communicator: communicator), observers: []).run()
      let threads = [made.data.training, made.data.test].compactMap { ($0 as? Slow)?.threads.count }
      // The first batch is loaded on the training's thread, the others on the loader's.
      #expect(threads == (ahead ? [2, 2] : [1, 1]))
      return try withExtendedLifetime(made) {
        try made.model.weights.values.floats.map(\.bitPattern) + summary.evaluations.map { Float($0.loss).bitPattern }
      }
    }
  }

  @Test(arguments: [1, 3])
  func theBitsAreTheSame(ranks: Int) throws {
    let plain = try train(ranks: 1, ahead: false)[0]
    #expect(try train(ranks: ranks, ahead: true).allSatisfy { $0 == plain })
  }

  @Test func aFailureOfTheLoaderEndsTheTraining() {
    #expect { _ = try train(ranks: 1, ahead: true, failures: [60]) } throws: {
      ($0 as? Failure)?.message == "sample 60 is damaged"
    }
  }

  /// Every rank has the same failure, whichever ranks could not load, so that rank 0 alone prints it.
  @Test(
    arguments: [[[0, 1, 2]], [[0], [1], [2]]],
    [(failures: [60], ofTest: false), (Array(0..<100), false), ([7], true)])
  func aFailureOfAnyLoaderIsOneOfAllRanks(machines: [[Int]], samples: (failures: [Int], ofTest: Bool)) throws {
    let failures = try ThreadCommunicator.run(machines: machines) { communicator -> Failure? in
      let made = try experiment(ahead: true, failures: Set(samples.failures), ofTest: samples.ofTest)
      let trainer = try Trainer(made, workspace: made.makeWorkspace(communicator: communicator), observers: [])
      do {
        _ = try trainer.run()
        return nil
      } catch let common as CommonFailure {
        return common.failure
      }
    }
    let first = try #require(failures[0])
    #expect(failures == [first, first, first] && first.message.hasSuffix(" is damaged"))
    #expect(first.message.hasPrefix("rank "), "the ranks' messages differ")
  }

  @Test func anUnexpectedBatchIsLoaded() throws {
    func makeLoader(_ data: any Dataset) throws -> BatchLoader {
      try BatchLoader(data: data, sampler: Sampler(data, order: .shuffled, seed: 1), capacity: 4)
    }
    let samples = TemporalOrder(level: .easy, count: 20, seed: 1, purpose: .trainingData)
    let (loader, other) = (try makeLoader(Slow(samples, ahead: true)), try makeLoader(samples))
    for (epoch, first) in [(0, 0), (0, 8), (2, 4), (1, 0)] {
      let portion = BatchLoader.Portion(epoch: epoch, batch: first..<first + 4, positions: first..<first + 4)
      let wrong = BatchLoader.Portion(epoch: 7, batch: 0..<3, positions: 0..<3)
      let (batch, expected) = try (loader.load(portion, next: wrong), other.load(portion, next: nil))
      #expect((0..<4).map { batch.classes[$0] } == (0..<4).map { expected.classes[$0] })
      #expect(batch.count == 4)
    }
  }
}
