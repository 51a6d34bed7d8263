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
    let failure: Int?
    private(set) var threads: Set<ObjectIdentifier> = []

    init(_ base: any Dataset, ahead: Bool, failure: Int? = nil) {
      self.base = base
      loadsAhead = ahead
      self.failure = failure
    }

    var inputShape: Shape { base.inputShape }
    var classNames: [String] { base.classNames }
    var count: Int { base.count }
    var hasLengths: Bool { base.hasLengths }

    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
      threads.insert(ObjectIdentifier(Thread.current))
      if let first = indices.first, first % 3 == 0 { Thread.sleep(forTimeInterval: 0.001) }
      if let failure, indices.contains(failure) { throw Failure(.data, "sample \(failure) is damaged") }
      try base.load(epoch: epoch, indices: indices, into: batch)
    }
  }

  private func experiment(ahead: Bool, failure: Int? = nil) throws -> Experiment {
    var small = SmallExperiment()
    small.epochs = 3
    let made = try small.make()
    return Experiment(
      network: made.network, optimizer: made.optimizer,
      data: DataSplits(
        training: Slow(made.data.training, ahead: ahead, failure: failure),
        test: made.data.test.map { Slow($0, ahead: ahead) }), settings: made.settings)
  }

  private func train(ranks: Int, ahead: Bool, failure: Int? = nil) throws -> [[UInt32]] {
    try ThreadCommunicator.run(ranks: ranks) { communicator in
      let made = try experiment(ahead: ahead, failure: failure)
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
    #expect { _ = try train(ranks: 1, ahead: true, failure: 60) } throws: {
      ($0 as? Failure)?.message == "sample 60 is damaged"
    }
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
