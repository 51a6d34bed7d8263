import Formats
import Testing

extension EndToEndTests {
  /// Two trainings recorded with PyTorch, repeated through the command line from the same weights on the same samples.
  struct ReplayTests {
    @Test(arguments: ["lstm", "rnn"])
    func aRunFollowsPyTorchStepByStep(name: String) throws {
      try expectReplay(of: name, ranks: nil)
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: ["lstm", "rnn"])
    func twoRanksFollowPyTorchStepByStep(name: String) throws {
      try expectReplay(of: name, ranks: 2)
    }

    private func expectReplay(of name: String, ranks: Int?) throws {
      try Folder.temporary { folder in
        let layer = name == "rnn" ? "rnn: {hiddenSize: 12, nonlinearity: relu}" : "lstm: {hiddenSize: 12}"
        try folder.write(
          """
          epochs: 1
          steps: 200
          batch: 32
          data: {source: numpy, train: "\(reference("\(name).npz"))", shuffle: false}
          model:
            weights: "\(reference("\(name)-initial.safetensors"))"
            layers: [\(layer), linear: {outputs: 4}]
          optimizer: {name: rmsprop, learningRate: 0.001, alpha: 0.99, epsilon: 1e-8, clipNorm: none}

          """, to: "replay.yaml")
        let ending = try Program.run(["train", "replay.yaml", "--out", "run"], ranks: ranks, in: folder)
        try #require(ending.status == 0, "\(ending.text)")

        let expected = try NPYArray(contentsOf: reference("\(name)-losses.npy")).floats()
        let losses = try Metrics(run: "run", in: folder).steps.map(\.loss)
        #expect(losses.count == 200 && expected.count == 200)
        for (step, (loss, wanted)) in zip(losses, expected).enumerated() {
          #expect((loss - Double(wanted)).magnitude <= 1e-4 * Double(wanted), "step \(step + 1)")
        }
        try expectClose(
          SafetensorsFile(contentsOf: folder["run/weights.safetensors"]),
          SafetensorsFile(contentsOf: reference("\(name)-final.safetensors")))
      }
    }

    private func expectClose(_ weights: SafetensorsFile, _ expected: SafetensorsFile) throws {
      #expect(Set(weights.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
      for wanted in expected.tensors {
        let tensor = try #require(weights[wanted.name])
        #expect(tensor.shape == wanted.shape)
        let difference = zip(tensor.values, wanted.values).map { ($0 - $1).magnitude }.max() ?? 0
        #expect(difference <= 1e-3, "\(wanted.name)")
      }
    }
  }
}
