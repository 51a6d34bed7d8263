import Formats
import Foundation
import Layers
import Tensors
import Testing

@testable import custom_layer

extension EndToEndTests {
  /// The programs in `Examples` work and keep the bits.
  struct ExampleTests {
    private static let folder = repository + "/Examples"

    private static let examples: [(name: String, arguments: [String])] = [
      ("custom-layer", ["\(folder)/custom-layer/leak.yaml", "epochs=20"]),
      ("custom-dataset", ["\(folder)/custom-dataset/rings.yaml", "epochs=5"]),
      ("custom-loop", ["temporal-order", "epochs=3"]),
    ]

    /// The digest of the weights that an example leaves in an empty folder.
    private func digest(_ name: String, _ arguments: [String], ranks: Int?) throws -> String {
      try Folder.temporary { folder in
        let ending = try Program.run(arguments, of: Program.path(of: name), ranks: ranks, in: folder)
        #expect(ending.status == 0, "\(ending.text)")
        let weights = try folder.contents().filter {
          $0.hasSuffix("weights.safetensors") && !$0.contains("checkpoints")
        }
        #expect(weights.count == 1)
        return try sha256(ofFile: folder[weights.first ?? ""])
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: examples.map(\.name))
    func anExampleTrainsTheSameBitsAloneAndOnThreeRanks(name: String) throws {
      let arguments = try #require(Self.examples.first { $0.name == name }).arguments
      #expect(try digest(name, arguments, ranks: nil) == digest(name, arguments, ranks: 3))
    }

    /// The network is so large that the update is divided.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aCustomLoopGivesTheNumbersOfTrain() throws {
      try Folder.temporary { folder in
        let words = ["temporal-order", "model.layers.0.lstm.hiddenSize=128", "epochs=3", "optimizerSharding=always"]
        let trained = try Program.run(["train"] + words + ["--out", "run"], in: folder)
        #expect(trained.status == 0, "\(trained.text)")
        let losses = try folder.text("run/metrics.csv").split(separator: "\n").dropFirst().map {
          String($0.split(separator: ",")[8])
        }
        let weights = try tensors(folder["run/weights.safetensors"])
        for (ranks, environment) in [
          (nil, [:]), (2, [:]), (3, [:]), (8, [:]), (3, ["DPTRAIN_RANKS_PER_MACHINE": "1"]),
        ] as [(Int?, [String: String])] {
          let own = try Program.run(
            words, of: Program.path(of: "custom-loop"), ranks: ranks, in: folder, environment: environment)
          #expect(own.status == 0, "\(own.text)")
          let said = own.lines.compactMap { $0.split(separator: " ").last.map(String.init) }
          #expect(said == losses, "\(ranks ?? 1) ranks")
          #expect(try tensors(folder["weights.safetensors"]) == weights)
          // Then only rank 0's last line reads the weights.
          let silent = try Program.run(
            words + ["evaluate.every=0"], of: Program.path(of: "custom-loop"), ranks: ranks, in: folder,
            environment: environment)
          #expect(silent.status == 0 && silent.output == "", "\(silent.text)")
          #expect(try tensors(folder["weights.safetensors"]) == weights)
        }
      }
    }

    /// The bits of all weights in a file, without metadata.
    private func tensors(_ path: String) throws -> [[UInt32]] {
      try SafetensorsFile(contentsOf: path).tensors.map { $0.values.map(\.bitPattern) }
    }

    /// The loop stops early by validation samples, and only by these.
    @Test func aCustomLoopStopsByValidationSamples() throws {
      try Folder.temporary { folder in
        let words = ["temporal-order", "optimizer.learningRate=0.00001", "epochs=30", "seed=2"]
        func epochs(_ more: [String]) throws -> (count: Int, split: Bool) {
          let ending = try Program.run(words + more, of: Program.path(of: "custom-loop"), in: folder)
          #expect(ending.status == 0, "\(ending.text)")
          let lines = ending.lines.filter { $0.hasPrefix("epoch ") }
          return (lines.count, lines.allSatisfy { $0.contains(more.isEmpty ? ", test " : ", validation ") })
        }
        let unwatched = try epochs([])
        #expect(unwatched.count == 30 && unwatched.split)
        #expect(try epochs(["data.validationSize=8", "optimizer.learningRate=0.3"]).count < 30)
      }
    }

    @Test(arguments: examples.map(\.name))
    func anExampleIsShort(name: String) throws {
      let text = try String(contentsOfFile: "\(Self.folder)/\(name)/main.swift", encoding: .utf8)
      #expect(text.count { $0.isNewline } <= 60)
    }

    @Test func theGradientsOfTheLayerAreCorrect() throws {
      for shape in [Shape.vector(5), .sequence(steps: 3, features: 17), .image(height: 2, width: 3, channels: 4)] {
        let check = try GradientCheck(Leak(input: shape, start: 0.25), input: shape)
        #expect(Set(check.differences.keys) == ["input", "weight"] && check.largest < 1e-3, "\(check.differences)")
      }
    }

    /// A program without code for ranks fails on all of them with one message.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aFailureEndsAllRanksWithOneMessage() throws {
      try Folder.temporary { folder in
        let alone = try Program.run(["names"], of: Program.path(of: "custom-loop"), in: folder)
        #expect(alone.status == 66 && alone.output == "" && alone.errors.contains("data/names"), "\(alone.text)")
        let together = try Program.run(["names"], of: Program.path(of: "custom-loop"), ranks: 3, in: folder)
        // Open MPI may print a warning when a job is aborted.
        let said = together.errors.split(separator: "\n").filter { !$0.hasPrefix("[warn] Epoll") }
        #expect(said == alone.errors.split(separator: "\n"), "\(together.text)")
        #expect(together.status == 66 && together.output == "")
      }
    }

    @Test func mistakesInACustomLayerAreNamed() throws {
      try Folder.temporary { folder in
        let recipe = "\(Self.folder)/custom-layer/leak.yaml"
        let program = Program.path(of: "custom-layer")
        let unknown = try Program.run([recipe, "model.layers.2.leak.stat=1"], of: program, in: folder)
        #expect(unknown.status == 78 && unknown.errors.contains("did you mean model.layers.2.leak.start?"))
        let elsewhere = try Program.run(["train", recipe], in: folder)
        #expect(elsewhere.status == 78 && elsewhere.errors.contains("there is no layer \"leak\""))
        #expect(try folder.contents() == [])
      }
    }
  }
}
