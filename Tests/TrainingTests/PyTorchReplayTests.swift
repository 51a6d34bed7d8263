import Collectives
import Datasets
import Formats
import Foundation
import Layers
import Optimizers
import Testing
import Training

/// 200 steps of PyTorch's RMSprop, replayed from its initial weights on its batches (Tests/Reference).
@Suite struct PyTorchReplayTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Reference").path

  @Test(arguments: ["lstm", "rnn"], [1, 3])
  func lossFollowsPyTorchAtEveryStep(cell: String, ranks: Int) throws {
    let folder = Self.folder
    let losses = try ThreadCommunicator.run(ranks: ranks) { communicator -> [Double] in
      let data = try NumPyDataset(contentsOf: "\(folder)/\(cell).npz")
      let recurrent: any Layer =
        cell == "lstm"
        ? LSTM(input: data.inputShape, hiddenSize: 12, output: .last)
        : RNN(input: data.inputShape, hiddenSize: 12, nonlinearity: .relu, output: .last)
      let model = try Model(
        inputShape: data.inputShape, layers: [recurrent, Linear(input: recurrent.outputShape, outputs: 4)])
      try model.readWeights(from: "\(folder)/\(cell)-initial.safetensors")
      let experiment = Experiment(
        network: Network(model: model, loss: CrossEntropy(logits: model.outputShape)),
        optimizer: try RMSprop(count: model.weights.values.count), data: DataSplits(training: data),
        settings: TrainingSettings(
          seed: 1, epochs: 1, steps: nil, batch: 32, shards: 8, order: .ascending, learningRate: 0.001, clipNorm: nil,
          evaluateEvery: 1))
      let recorder = Recorder()
      let workspace = try experiment.makeWorkspace(communicator: communicator)
      _ = try Trainer(experiment, workspace: workspace, observers: [recorder]).run()
      let final = try SafetensorsFile(contentsOf: "\(folder)/\(cell)-final.safetensors")
      for named in model.parameters {
        let wanted = try #require(final[named.name]?.values)
        for (own, theirs) in zip(try model.weights.values(of: named), wanted) {
          #expect((own - theirs).magnitude < 2e-4, "\(named.name)")
        }
      }
      return recorder.steps.map(\.loss)
    }
    let wanted = try NPYArray(contentsOf: "\(folder)/\(cell)-losses.npy").doubles()
    #expect(losses[0].count == 200)
    for (step, (own, theirs)) in zip(losses[0], wanted).enumerated() {
      #expect((own - theirs).magnitude < 1e-4 * theirs, "step \(step + 1)")
    }
  }
}
