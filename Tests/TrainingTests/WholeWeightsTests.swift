import Collectives
import Foundation
import Layers
import Optimizers
import TestSupport
import Testing

@testable import Training

/// Readers get the weights after the last step, with divided updates too, and without calls of other ranks.
@Suite struct WholeWeightsTests {
  /// Ranks on one machine, and on several with one or more each.
  private static let machines: [[[Int]]] = [[[0, 1]], [[0, 1, 2]], [[0], [1]], [[0], [1], [2]], [[0, 1], [2]]]

  private static func small(_ sharding: OptimizerSharding) -> SmallExperiment {
    var small = SmallExperiment(hidden: 24, epochs: 2)
    small.optimizer = { try Adam(count: $0.valueCount) }
    small.averageDecay = 0.9
    small.optimizerSharding = sharding
    small.recurrent = { input, hidden in
      let lstm = LSTM(input: input, hiddenSize: hidden, output: .all)
      let rnn = RNN(input: lstm.outputShape, hiddenSize: hidden, nonlinearity: .tanh, output: .last)
      return [lstm, rnn, BatchNorm(input: rnn.outputShape)]
    }
    return small
  }

  private static let link = LinkSpeed(latency: 1e-3, bytesPerSecond: 1e9, bucketBytes: 8192)

  /// The bits of all readable weights.
  private static func weights(_ experiment: Experiment) throws -> [UInt32] {
    try withExtendedLifetime(experiment) {
      bits(try experiment.model.weights.values.floats) + bits(try experiment.evaluatedWeights.values.floats)
        + bits(experiment.model.weights.bufferValues.floats) + bits(experiment.evaluatedWeights.bufferValues.floats)
    }
  }

  /// The weights in a custom loop: rank 0 reads after the steps in `reads` and at the end; the others never read.
  private static func loop(
    _ machines: [[Int]], _ sharding: OptimizerSharding, reads: @escaping @Sendable (Int) -> Bool
  ) throws -> [[UInt32]] {
    try ThreadCommunicator.run(machines: machines) { communicator in
      let experiment = try small(sharding).make()
      let step = try TrainingStep(
        experiment, workspace: experiment.makeWorkspace(communicator: communicator), link: link)
      var report = StepReport()
      var seen: [[UInt32]] = []
      for _ in 0..<3 {
        step.beginEpoch()
        for first in stride(from: 0, to: 99, by: 33) {
          try step.run(epoch: 0, positions: first..<first + 33, into: &report)
          report.step += 1
          if communicator.isRoot, reads(report.step) { seen.append(try weights(experiment)) }
        }
      }
      if communicator.isRoot { seen.append(try weights(experiment)) }
      return seen
    }[0]
  }

  @Test(arguments: machines) func aLoopThatReadsOnRankZeroAloneGetsWholeWeights(machines: [[Int]]) throws {
    let alone = try Self.loop([[0]], .never) { _ in true }
    #expect(alone.count == 10 && alone[0] != alone[1])
    for _ in 0..<5 { #expect(try Self.loop(machines, .always) { _ in true } == alone) }
  }

  @Test(arguments: machines) func aLoopThatReadsAtItsEndAloneGetsWholeWeights(machines: [[Int]]) throws {
    let alone = try Self.loop([[0]], .never) { _ in false }
    #expect(alone.count == 1)
    for _ in 0..<5 { #expect(try Self.loop(machines, .always) { _ in false } == alone) }
  }

  /// Evaluations between steps, in a loop without other calls for the weights.
  @Test(arguments: machines) func aLoopThatEvaluatesGetsTheSameLosses(machines: [[Int]]) throws {
    func losses(_ machines: [[Int]], _ sharding: OptimizerSharding) throws -> [Double] {
      try ThreadCommunicator.run(machines: machines) { communicator in
        let experiment = try Self.small(sharding).make()
        let workspace = try experiment.makeWorkspace(communicator: communicator)
        let step = try TrainingStep(experiment, workspace: workspace, link: Self.link)
        let evaluator = try #require(try experiment.makeEvaluator(on: .test, workspace: workspace))
        var report = StepReport()
        return try (0..<6).map { count in
          step.beginEpoch()
          try step.run(epoch: 0, positions: 0..<33, into: &report)
          report.step += 1
          return try evaluator.run(step: count, epoch: 1).loss
        }
      }[0]
    }
    let alone = try losses([[0]], .never)
    #expect(Set(alone).count == 6)
    #expect(try losses(machines, .always) == alone)
  }

  /// Reads in `stepDidFinish`, only on rank 0.
  private final class Reader: Observer {
    let experiment: Experiment
    private(set) var seen: [[UInt32]] = []

    init(_ experiment: Experiment) { self.experiment = experiment }

    func stepDidFinish(_ report: StepReport) throws { seen.append(try WholeWeightsTests.weights(experiment)) }
  }

  @Test(arguments: machines) func anObserverOnRankZeroGetsWholeWeights(machines: [[Int]]) throws {
    func seen(_ machines: [[Int]], _ sharding: OptimizerSharding) throws -> [[UInt32]] {
      try ThreadCommunicator.run(machines: machines) { communicator in
        let experiment = try Self.small(sharding).make()
        let reader = Reader(experiment)
        _ = try Trainer(
          experiment, workspace: experiment.makeWorkspace(communicator: communicator),
          observers: communicator.isRoot ? [reader] : [], link: Self.link
        ).run()
        return reader.seen
      }[0]
    }
    let alone = try seen([[0]], .never)
    #expect(alone.count == 8)
    #expect(try seen(machines, .always) == alone)
  }

  /// A predictor shares its memory with training and evaluations of other weights, and uses the model's again.
  @Test func aPredictorContinuesWithTheModelsWeights() throws {
    let experiment = try Self.small(.never).make()
    let workspace = try experiment.makeWorkspace(communicator: SoloCommunicator())
    let step = try TrainingStep(experiment, workspace: workspace)
    let data = try #require(experiment.data.test)
    let predictor = try Predictor(data: data, workspace: workspace)
    let evaluator = try #require(try experiment.makeEvaluator(on: .test, workspace: workspace))
    var report = StepReport()
    step.beginEpoch()
    let start = try predictor.predict(0..<8).flatMap(\.outputs)
    try step.run(epoch: 0, positions: 0..<33, into: &report)
    let trained = try predictor.predict(0..<8).flatMap(\.outputs)
    #expect(trained != start)
    _ = try evaluator.run(step: 1, epoch: 1)
    #expect(try predictor.predict(0..<8).flatMap(\.outputs) == trained)
    let fresh = try Self.small(.never).make()
    _ = try fresh.model.weights.values.floats.update(fromContentsOf: try experiment.model.weights.values.floats)
    _ = fresh.model.weights.bufferValues.floats.update(fromContentsOf: experiment.model.weights.bufferValues.floats)
    let other = try Predictor(data: data, workspace: fresh.makeWorkspace(communicator: SoloCommunicator()))
    #expect(try other.predict(0..<8).flatMap(\.outputs) == trained)
  }
}
