import Collectives
import Foundation
import Layers
import Recipes
import Tensors
import Testing
import Training

@Suite struct ModelProbeTests {
  private let experiment: Experiment
  private let probe: ModelProbe
  private let samples = [0, 3, 4]

  init() throws {
    experiment = try Recipe.load("temporal-order", overrides: ["seed=4", "data.testSize=20"]).makeExperiment()
    probe = ModelProbe(experiment.network, seed: 1)
  }

  @Test func probedLayersGiveThePrediction() throws {
    let data = try #require(experiment.data.test)
    let result = try probe.run(on: data, samples: samples, gradients: false)
    #expect(result.outputs.map(\.place) == ["0", "1"] && result.outputs.map(\.kind) == ["lstm", "linear"])
    let predictor = try Predictor(
      data: data,
      workspace: Workspace(experiment.network, batch: 20, shards: 1, seed: 1, communicator: SoloCommunicator()))
    let predictions = try predictor.predict(0..<20)
    for (place, sample) in samples.enumerated() {
      let logits = (0..<4).map { Double(result.outputs[1].values[sample: place, column: $0]) }
      let sum = logits.reduce(0) { $0 + exp($1) }
      for (logit, output) in zip(logits, predictions[sample].outputs) {
        #expect(abs(exp(logit) / sum - Double(output)) < 1e-6)
      }
    }
  }

  @Test func statesEndInTheOutputs() throws {
    let data = try #require(experiment.data.test)
    let result = try probe.run(on: data, samples: samples, gradients: false)
    let states = try #require(result.states.first)
    #expect(result.states.count == 1 && states.place == "0" && states.level == nil && states.cell != nil)
    #expect(states.hiddenGradient == nil && states.hidden.steps == 8)
    for place in samples.indices {
      for unit in 0..<4 {
        #expect(states.hidden[7, sample: place, column: unit] == result.outputs[0].values[sample: place, column: unit])
      }
    }
  }

  /// At the last step the gradient is that of the linear layer's input: (p − y) · W.
  @Test func gradientsAreThoseOfTheSamplesOwnLoss() throws {
    let data = try #require(experiment.data.test)
    let result = try probe.run(on: data, samples: samples, gradients: true)
    let gradient = try #require(result.states.first?.hiddenGradient)
    let weight = try #require(experiment.model.parameters.first { $0.name == "1.weight" })
    let values = weight.toPyTorch(try experiment.model.weights.values(of: weight))
    let predictor = try Predictor(
      data: data,
      workspace: Workspace(experiment.network, batch: 20, shards: 1, seed: 1, communicator: SoloCommunicator()))
    let predictions = try predictor.predict(0..<20)
    for (place, sample) in samples.enumerated() {
      let target = try #require(predictions[sample].targets.first ?? nil)
      for unit in 0..<4 {
        let wanted = (0..<4).reduce(0.0) { sum, row in
          let error = predictions[sample].outputs[row] - (row == target ? 1 : 0)
          return sum + Double(error * values[row * 4 + unit])
        }
        #expect(abs(Double(gradient[7, sample: place, column: unit]) - wanted) < 1e-6)
      }
      #expect(gradient.norms(sample: place).allSatisfy { $0 > 0 })
    }
  }

  @Test func normalizationsWithinOtherLayersAreSeen() throws {
    let shape = Shape.vector(3)
    let norm = try Residual(input: shape, body: [Sequential(input: shape, layers: [BatchNorm(input: shape)])])
    for (layer, canGoBack) in [(norm as any Layer, false), (ReLU(input: shape), true)] {
      let model = try Model(inputShape: shape, layers: [layer])
      #expect(ModelProbe(Network(model: model, loss: CrossEntropy(logits: shape)), seed: 1).canGoBack == canGoBack)
    }
  }

  /// Probes, evaluations and training steps of one network have separate memory and do not affect each other.
  @Test func nothingIsChanged() throws {
    let data = try #require(experiment.data.test)
    func train(_ experiment: Experiment, between: () throws -> Void) throws -> [UInt32] {
      let workspace = try experiment.makeWorkspace(communicator: SoloCommunicator())
      let step = try TrainingStep(experiment, workspace: workspace)
      var report = StepReport()
      step.beginEpoch()
      for number in 0..<4 {
        try step.run(epoch: 0, positions: 32 * number..<32 * (number + 1), into: &report)
        try between()
      }
      return try experiment.model.weights.values.floats.map(\.bitPattern)
    }
    let other = try Recipe.load("temporal-order", overrides: ["seed=4", "data.testSize=20"]).makeExperiment()
    let alone = try train(other) {}
    let before = try probe.run(on: data, samples: samples, gradients: true)
    let watched = try train(experiment) { _ = try probe.run(on: data, samples: samples, gradients: true) }
    #expect(watched == alone)
    let after = try probe.run(on: data, samples: samples, gradients: true)
    #expect(
      after.outputs[1].values[sample: 0, column: 0] != before.outputs[1].values[sample: 0, column: 0],
      "the probe sees the weights as they are")
  }
}
