import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Ranks of different speed that share the shards by it.
  struct BalanceTests {
    private static let recipe = [
      "temporal-order", "shards=16", "batch=64", "model.layers.0.lstm.hiddenSize=96", "data.testSize=64",
      "evaluate.every=0", "epochs=100000", "checkpoint.steps=100", "balance=auto",
    ]

    /// One of two ranks is stopped for most of the time. When it has fewer shards, it is killed.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aSlowRankGetsFewerShardsAndTheBitsStay() throws {
      try Folder.temporary { folder in
        let killed = try Program.run(["train"] + Self.recipe + ["--out", "run"], ranks: 2, in: folder) { pid in
          waitUntil { lines(of: "run", in: folder).contains { $0.contains("\"event\":\"step\"") } }
          guard let slow = Program.children(of: pid).last else { return }
          waitUntil {
            kill(slow, SIGSTOP)
            Thread.sleep(forTimeInterval: 0.06)
            kill(slow, SIGCONT)
            Thread.sleep(forTimeInterval: 0.03)
            return !changes(of: "run", in: folder).isEmpty
          }
          Thread.sleep(forTimeInterval: 0.3)
          kill(slow, SIGKILL)
        }
        #expect(killed.status != 0 && killed.output.contains("ranks now have "), "\(killed.text)")
        let change = try #require(changes(of: "run", in: folder).first, "\(killed.text)")
        let counts = change.shares.split(separator: " ").compactMap { Int($0) }
        #expect(counts.count == 2 && counts.reduce(0, +) == 16 && abs(counts[0] - counts[1]) >= 2, "\(change)")
        #expect(change.saving >= 0.05 && change.saving < 0.9)

        let steps = lines(of: "run", in: folder).compactMap {
          try? JSONDecoder().decode(Step.self, from: Data($0.utf8)).step
        }
        let end = ["steps=\((steps.max() ?? 0) + 30)"]
        let resumed = try Program.run(["train", "--out", "run", "--resume"] + end, ranks: 3, in: folder)
        try #require(resumed.status == 0, "\(resumed.text)")
        let alone = try Program.run(["train"] + Self.recipe + ["--out", "alone"] + end, in: folder)
        try #require(alone.status == 0, "\(alone.text)")
        #expect(
          try sha256(ofFile: folder["run/weights.safetensors"]) == sha256(ofFile: folder["alone/weights.safetensors"]))
        #expect(try Metrics(run: "run", in: folder).steps == Metrics(run: "alone", in: folder).steps)
        let report = try Program.run(["report", "run", "--out", "page.html"], in: folder)
        #expect(report.status == 0, "\(report.text)")
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing)) func asManyShardsAsRanksCannotBeBalanced() throws {
      try Folder.temporary { folder in
        let words = ["train", "steps=2", "data.testSize=32", "shards=2", "balance=auto", "--out"]
        let two = try Program.run(words + ["two"], ranks: 2, in: folder)
        #expect(
          two.status == 0
            && two.errors.contains(
              "balance is auto, but there are as many shards as ranks, 2: each rank has one, whatever its speed. With shards=8"
            ), "\(two.text)")
        let one = try Program.run(words + ["one"], in: folder)
        #expect(one.status == 0 && one.errors == "", "\(one.text)")
      }
    }

    private struct Change: Decodable {
      let shares: String
      let saving: Double
    }

    private struct Step: Decodable {
      let step: Int
    }

    private func lines(of run: String, in folder: Folder) -> [Substring] {
      ((try? folder.text("\(run)/metrics.jsonl")) ?? "").split(separator: "\n")
    }

    /// The shares that ranks got because of their speed.
    private func changes(of run: String, in folder: Folder) -> [Change] {
      lines(of: run, in: folder).filter { $0.contains("\"event\":\"shares\"") }
        .compactMap { try? JSONDecoder().decode(Change.self, from: Data($0.utf8)) }.filter { $0.saving > 0 }
    }
  }
}
