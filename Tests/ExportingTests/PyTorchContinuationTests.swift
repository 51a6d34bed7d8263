import Collectives
import Exporting
import Formats
import Foundation
import Recipes
import TestSupport
import Testing
import Training

/// Training continues in the same way in PyTorch from weights trained here, and here from PyTorch's weights.
@Suite struct PyTorchContinuationTests {
  private static let networks = [
    SmallNetwork(
      name: "convolutions", shape: [8, 7, 3],
      layers: [
        "conv2d: {outputs: 6, kernel: 3, padding: 1, bias: false}", "batch-norm", "relu",
        "residual: {body: [{conv2d: {outputs: 6, kernel: 3, padding: 1}}, batch-norm]}", "relu",
        "max-pool: {kernel: 2}",
        "flatten", "linear: {outputs: 4}",
      ]),
    SmallNetwork(
      name: "lstm", shape: [9, 3],
      layers: ["lstm: {hiddenSize: 7, layers: 2, output: all}", "lstm: {hiddenSize: 5}", "linear: {outputs: 4}"]),
    SmallNetwork(
      name: "names", shape: [8, 5], hasLengths: true,
      layers: ["gru: {hiddenSize: 6, bidirectional: true}", "layer-norm", "linear: {outputs: 4}"]),
    SmallNetwork(
      name: "gated", shape: [8, 5], hasLengths: true,
      layers: ["gated: {hiddenSize: 6}", "linear: {outputs: 4}"]),
    SmallNetwork(
      name: "convolutions of different lengths", shape: [12, 5], hasLengths: true,
      layers: [
        "conv1d: {outputs: 6, kernel: 3, padding: 1}", "batch-norm", "relu",
        "max-pool: {kernel: 3, stride: 2, padding: 1}",
        "residual: {body: [{conv1d: {outputs: 6, kernel: 3, padding: 1}}, batch-norm]}", "layer-norm",
        "average-pool: {kernel: 2, stride: 1, padding: 1}", "global-average-pool", "linear: {outputs: 4}",
      ]),
  ]

  private static let steps = 10
  private static let optimizer = "optimizer: {name: sgd, learningRate: 0.05, momentum: 0.9}"

  private final class Losses: Observer {
    private(set) var values: [Double] = []
    func stepDidFinish(_ report: StepReport) { values.append(report.loss) }
  }

  @Test(
    .enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason), arguments: networks)
  func tenMoreStepsAgree(network: SmallNetwork) throws {
    try withFolder { folder in
      try network.writeSamples(to: "\(folder)/samples.npz", count: 80)
      let trained = try ExportCase(
        network.recipe(samples: "\(folder)/samples.npz", "steps: 5", optimizer: Self.optimizer), name: network.name)
      try trained.exported.write(.pytorch, to: "\(folder)/network.py")
      let result = try PythonEnvironment.run(
        PythonEnvironment.support("continue_training.py"), [folder, "\(Self.steps)", "8", "0.05", "0.9"], torch: true)
      try #require(result.status == 0, "\(result.errors)")

      // The weights that PyTorch wrote before its first step are ours, bit by bit.
      let started = try network.recipe(
        samples: "\(folder)/samples.npz", "steps: \(Self.steps)", optimizer: Self.optimizer,
        weights: "\(folder)/start.safetensors"
      ).makeExperiment()
      #expect(try bits(started.model.weights.values.floats) == bits(trained.experiment.model.weights.values.floats))
      #expect(
        bits(started.model.weights.bufferValues.floats) == bits(trained.experiment.model.weights.bufferValues.floats))
      #expect(started.model.weights.counts == trained.experiment.model.weights.counts)

      let losses = Losses()
      let workspace = try started.makeWorkspace(communicator: SoloCommunicator())
      _ = try Trainer(started, workspace: workspace, observers: [losses]).run()
      let theirs = try NPYArray(contentsOf: "\(folder)/losses.npy").doubles()
      #expect(losses.values.count == Self.steps && theirs.count == Self.steps)
      for (step, (ours, theirs)) in zip(losses.values, theirs).enumerated() {
        #expect((ours - theirs).magnitude <= 1e-5 * theirs, "step \(step + 1)")
      }
      #expect(losses.values[Self.steps - 1] != losses.values[0])
      let end = try SafetensorsFile(contentsOf: "\(folder)/end.safetensors")
      for parameter in started.model.parameters + started.model.buffers {
        let wanted = try #require(end[parameter.name]?.values).map(Double.init)
        let own = parameter.toPyTorch(try started.model.weights.values(of: parameter))
        #expect(relativeDifference(own, wanted) <= 1e-5, "\(parameter.name)")
      }
      for (counter, count) in zip(started.model.counters, started.model.weights.counts) {
        #expect(end.integers.first { $0.name == counter.name }?.values == [count])
      }
    }
  }
}
