import CKernels
import Formats
import Foundation
import Testing

extension EndToEndTests {
  /// The weights have the same bits on any number of ranks and any instruction set.
  struct BitsTests {
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: Training.all)
    func anyNumberOfRanksGivesTheBitsOfOneProcess(training: Training) throws {
      try Folder.temporary { folder in
        try training.prepare(folder)
        let alone = try train(training.arguments, out: "alone", in: folder)
        for ranks in training.ranks {
          let together = try train(training.arguments, out: "ranks-\(ranks)", ranks: ranks, in: folder)
          #expect(together.digest == alone.digest, "\(ranks) ranks")
          #expect(together.metrics.steps == alone.metrics.steps, "\(ranks) ranks")
          #expect(together.metrics.evaluations == alone.metrics.evaluations, "\(ranks) ranks")
          #expect(together.metrics.end == alone.metrics.end, "\(ranks) ranks")
        }
      }
    }

    /// As on machines of one or two ranks, which send each other pieces of sums and weights.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: [(2, 1), (3, 1), (4, 2), (5, 2)])
    func ranksThatDivideTheUpdateGiveTheBitsOfOneProcess(ranks: Int, perMachine: Int) throws {
      try Folder.temporary { folder in
        let recipe = [
          "temporal-order", "epochs=2", "data.epochSize=256", "data.testSize=64", "optimizer.name=adam",
          "ema.decay=0.9", "model.layers.0.lstm.hiddenSize=40", "record.histograms=5", "evaluate.every=1",
        ]
        let alone = try train(recipe, out: "alone", in: folder)
        let divided = try train(
          recipe + ["optimizerSharding=always"], out: "divided", ranks: ranks, in: folder,
          environment: ["DPTRAIN_RANKS_PER_MACHINE": String(perMachine)])
        #expect(divided.digest == alone.digest)
        #expect(divided.metrics.steps == alone.metrics.steps)
        #expect(divided.metrics.evaluations == alone.metrics.evaluations)
      }
    }

    @Test(arguments: ["float32", "bfloat16"])
    func everyInstructionSetGivesTheSameBits(precision: String) throws {
      try Folder.temporary { folder in
        var digests: Set<String> = []
        for index in 0..<dpt_variant_count() where dpt_variant_supported(index) {
          let name = String(cString: dpt_variant_name(index))
          let environment = ["DPTRAIN_INSTRUCTION_SET": name]
          // Few steps, since the baseline's plain C is far slower than vector instructions.
          digests.insert(
            try train(
              ["steps=20", "data.testSize=32", "precision=\(precision)"], out: name, in: folder,
              environment: environment
            ).digest)
          let record = try JSONDecoder().decode(
            RunEnvironment.self, from: Data(folder.bytes("\(name)/environment.json")))
          #expect(record.instructionSet == name)
        }
        #expect(digests.count == 1)
      }
    }

    @Test func anotherSeedGivesOtherBits() throws {
      try Folder.temporary { folder in
        let first = try train(["steps=3"], out: "first", in: folder)
        let second = try train(["steps=3", "seed=2"], out: "second", in: folder)
        #expect(first.digest != second.digest)
      }
    }

    private func train(
      _ arguments: [String], out: String, ranks: Int? = nil, in folder: Folder, environment: [String: String] = [:]
    ) throws -> (digest: String, metrics: Metrics) {
      let ending = try Program.run(
        ["train"] + arguments + ["--out", out], ranks: ranks, in: folder, environment: environment)
      try #require(ending.status == 0, "\(ending.text)")
      #expect(!ending.text.contains("\u{1B}"), "a progress bar belongs on a terminal, not in a file")
      let record = try JSONDecoder().decode(RunEnvironment.self, from: Data(folder.bytes("\(out)/environment.json")))
      #expect(record.ranks == ranks ?? 1 && record.hosts.count == record.ranks)
      return (try sha256(ofFile: folder["\(out)/weights.safetensors"]), try Metrics(run: out, in: folder))
    }
  }
}

/// The part of `environment.json` that tests read.
struct RunEnvironment: Decodable {
  let ranks: Int
  let startedRanks: Int
  let hosts: [String]
  let instructionSet: String
}
