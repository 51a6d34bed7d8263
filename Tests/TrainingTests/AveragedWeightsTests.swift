import Collectives
import Foundation
import Layers
import Optimizers
import TestSupport
import Testing

@testable import Training

/// The average of the weights, and of the running statistics that belong to them.
@Suite struct AveragedWeightsTests {
  private func small(decay: Double?) -> SmallExperiment {
    var small = SmallExperiment(hidden: 8, epochs: 10)
    // Whole batches: a last batch of one sample has no variance.
    small.samples = 99
    small.averageDecay = decay
    small.learningRate = 0.01
    small.recurrent = { input, hidden in
      let rnn = RNN(input: input, hiddenSize: hidden, nonlinearity: .tanh, output: .last)
      return [rnn, BatchNorm(input: rnn.outputShape)]
    }
    return small
  }

  /// After 30 steps the average with a warm-up is near the weights; without one it is still near the initial ones.
  @Test func aShortRunsAverageIsNearItsWeights() throws {
    func loss(_ decay: Double?, warmsUp: Bool = true) throws -> Double {
      var small = small(decay: decay)
      small.warmsUp = warmsUp
      return try #require(small.train(ranks: 1).evaluations.last).loss
    }
    let (plain, warm, cold) = (try loss(nil), try loss(0.999), try loss(0.999, warmsUp: false))
    #expect((warm - plain).magnitude < 0.3 * (cold - plain).magnitude, "\(plain) \(warm) \(cold)")
  }

  @Test func runningStatisticsAreAveragedLikeTheWeights() throws {
    let experiment = try small(decay: 0.5).make()
    let average = try #require(experiment.average)
    let step = try TrainingStep(experiment, workspace: experiment.makeWorkspace(communicator: SoloCommunicator()))
    var wanted = Array(experiment.model.weights.bufferValues.floats)
    var report = StepReport()
    step.beginEpoch()
    let shares: [Float] = [0.1, 2.0 / 11, 0.25]
    for (index, kept) in shares.enumerated() {
      try step.run(epoch: 0, positions: index * 33..<index * 33 + 33, into: &report)
      for (place, value) in experiment.model.weights.bufferValues.floats.enumerated() {
        wanted[place] = kept * wanted[place] + (1 - kept) * value
      }
      let differences = zip(average.buffers.floats, wanted).map { (own: Float, wanted: Float) -> Float in
        (own - wanted).magnitude / max(1, wanted.magnitude)
      }
      #expect((differences.max() ?? 1) < 1e-5)
    }
    #expect(bits(experiment.evaluatedWeights.bufferValues.floats) == bits(average.buffers.floats))
    #expect(bits(experiment.evaluatedWeights.bufferValues.floats) != bits(experiment.model.weights.bufferValues.floats))
  }

  /// Weights and statistics in the file are those that were evaluated.
  @Test func theWeightsFileEvaluatesAsTheRun() throws {
    let small = small(decay: 0.9)
    let experiment = try small.make()
    let summary = try Trainer(
      experiment, workspace: experiment.makeWorkspace(communicator: SoloCommunicator()), observers: []
    ).run()
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try experiment.writeWeights(to: path, metadata: [:])
    var plain = small
    plain.averageDecay = nil
    let fresh = try plain.make()
    try fresh.model.readWeights(from: path)
    let workspace = try fresh.makeWorkspace(communicator: SoloCommunicator())
    let evaluator = try #require(try fresh.makeEvaluator(on: .test, workspace: workspace))
    #expect(try evaluator.run(step: 0, epoch: 0).loss == summary.evaluations.last?.loss)
  }
}
