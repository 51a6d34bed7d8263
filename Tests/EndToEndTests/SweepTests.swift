import Formats
import Foundation
import TestSupport
import Testing

@testable import DPTrain

extension EndToEndTests {
  /// `dp-train sweep`.
  struct SweepTests {
    /// A small recipe, and keys that vary. Batch 8 cannot have 16 shards; with a rate of 1e38 the loss is not finite.
    private static let arguments = [
      "sweep", "temporal-order", "data.epochSize=128", "data.testSize=64", "epochs=4", "optimizer=sgd",
      "optimizer.clipNorm=none", "batch=8,32", "shards=8,16", "optimizer.learningRate=0.1,1e38", "seed=1..2",
    ]

    /// The table without the seconds.
    private func table(_ name: String, in folder: Folder) throws -> [[String]] {
      let rows = try folder.text("\(name)/sweep.csv").split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      let seconds = try #require(rows.first?.firstIndex(of: "seconds"))
      return rows.map { row in row.enumerated().filter { $0.offset != seconds }.map(\.element) }
    }

    @Test(
      .enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: [[], ["--halving"], ["--random", "9", "--seed", "7"]])
    func theTableIsTheSameOnAnyRanks(options: [String]) throws {
      try Folder.temporary { folder in
        let alone = try Program.run(Self.arguments + options + ["--out", "alone"], in: folder)
        #expect(alone.status == 0, "\(alone.text)")
        let expected = try table("alone", in: folder)
        #expect(expected.count == (options.contains("--random") ? 10 : 17))
        // Which combinations fail does not depend on anything else.
        for row in expected.dropFirst() where options.isEmpty {
          let fails = (row[1] == "8" && row[2] == "16") || row[3] == "1e38"
          #expect(row.contains(fails ? "failed" : "finished"), "\(row)")
        }
        for (ranks, more) in [(2, []), (3, []), (3, ["--ranks-per-run", "2"]), (5, ["--ranks-per-run", "2"])] {
          let name = "ranks-\(ranks)\(more.joined())"
          let ending = try Program.run(Self.arguments + options + more + ["--out", name], ranks: ranks, in: folder)
          #expect(ending.status == 0, "\(ending.text)")
          #expect(try table(name, in: folder) == expected, "\(name)")
        }
        let finished = try #require(expected.first { $0.contains("finished") })[0]
        let number = String(repeating: "0", count: 4 - finished.count) + finished
        for path in ["alone/sweep.html", "alone/runs/\(number)/log.txt"] {
          #expect(try !folder.text(path).isEmpty, "\(path)")
        }
      }
    }

    @Test func reportWritesThePageAgain() throws {
      try Folder.temporary { folder in
        let sweep = ["sweep", "temporal-order", "seed=1..2", "epochs=1", "data.testSize=32", "--out", "tried"]
        let ending = try Program.run(sweep, in: folder)
        #expect(ending.status == 0, "\(ending.text)")
        let page = try folder.bytes("tried/sweep.html")
        try FileManager.default.removeItem(atPath: folder["tried/sweep.html"])
        let report = try Program.run(["report", "tried"], in: folder)
        #expect(report.status == 0 && report.output == "tried/sweep.html\n", "\(report.text)")
        #expect(try folder.bytes("tried/sweep.html") == page)
        let other = try Program.run(["report", "tried", "--out", "other/page.html"], in: folder)
        #expect(other.status == 0 && other.output == "other/page.html\n", "\(other.text)")
        #expect(try folder.bytes("other/page.html") == page)
        let two = try Program.run(["report", "tried/runs/0001", "tried"], in: folder)
        #expect(two.status == 64 && two.errors.contains("name runs of it, such as tried/runs/0001"), "\(two.text)")
        let figures = try Program.run(["report", "tried", "--figures", "drawn"], in: folder)
        #expect(figures.status == 64 && figures.errors.contains("--figures and --detail are for runs"))
        let evaluation = try Program.run(["evaluate", "tried"], in: folder)
        #expect(evaluation.status == 66 && evaluation.errors.hasPrefix("tried holds a sweep\n"), "\(evaluation.text)")
      }
    }

    /// A variant's weights are those of a training alone, though it was killed, and halved.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: [false, true])
    func aKilledSweepGoesOn(halves: Bool) throws {
      try Folder.temporary { folder in
        var random = TestRandom(halves ? 11 : 12)
        let recipe = ["temporal-order", "epochs=40", "data.testSize=64", "checkpoint.steps=20", "schedule=cosine"]
        let sweep =
          ["sweep"] + recipe + ["optimizer.learningRate=0.01,0.003", "seed=1..3"] + (halves ? ["--halving"] : [])
        let whole = try Program.run(sweep + ["--out", "whole"], in: folder)
        try #require(whole.status == 0, "\(whole.text)")
        var unfinished = 0
        for attempt in 0..<6 {
          let ranks = [2, 1, 3][attempt % 3]
          let delay = Double.random(in: 0.3...max(0.6, whole.seconds / 3), using: &random)
          let ending = try Program.run(sweep + ["--out", "pieces"], ranks: ranks, in: folder) { pid in
            Thread.sleep(forTimeInterval: delay)
            kill(-pid, SIGKILL)
            kill(pid, SIGKILL)
          }
          if ending.status != 0 { unfinished += 1 }
        }
        #expect(unfinished > 0, "no blow met a sweep that was under way")
        let last = try Program.run(["sweep", "--out", "pieces"], ranks: 2, in: folder)
        try #require(last.status == 0, "\(last.text)")
        let rows = try table("pieces", in: folder)
        #expect(try rows == table("whole", in: folder))
        let best = rows[1]
        let alone = try Program.run(
          ["train"] + recipe + ["optimizer.learningRate=\(best[1])", "seed=\(best[2])", "--out", "alone"], in: folder)
        #expect(alone.status == 0, "\(alone.text)")
        let number = String(repeating: "0", count: 4 - best[0].count) + best[0]
        #expect(
          try sha256(ofFile: folder["pieces/runs/\(number)/weights.safetensors"])
            == sha256(ofFile: folder["alone/weights.safetensors"]))
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing)) func aStoppedSweepGoesOn() throws {
      try Folder.temporary { folder in
        let sweep = ["sweep", "temporal-order", "epochs=150", "data.testSize=64", "seed=1..4", "--out", "sweep"]
        for ranks in [nil, 2] {
          let ending = try Program.run(sweep, ranks: ranks, in: folder) { _ in
            waitForFile(folder["sweep/runs/0001/metrics.jsonl"])
            #expect(throws: Never.self) { try folder.write("", to: "sweep/stop") }
          }
          #expect(ending.status == 75 && ending.output.contains("  dp-train sweep --out sweep\n"), "\(ending.text)")
          #expect(!FileManager.default.fileExists(atPath: folder["sweep/stop"]))
        }
        let late = try Program.run(sweep + ["--minutes", "0.001"], in: folder)
        #expect(late.status == 75, "\(late.text)")
        let last = try Program.run(sweep, ranks: 3, in: folder)
        #expect(last.status == 0, "\(last.text)")
        let whole = try Program.run(sweep.dropLast() + ["whole"], in: folder)
        #expect(try whole.status == 0 && table("whole", in: folder) == table("sweep", in: folder))
      }
    }

    /// Two jobs share the variants of a sweep without knowing of each other.
    @Test func jobsShareTheVariants() throws {
      try Folder.temporary { folder in
        let sweep = ["sweep", "temporal-order", "epochs=100", "data.testSize=64", "seed=1..6", "--out", "sweep"]
        var others: [Ending] = []
        let first = try Program.run(sweep, in: folder) { _ in
          do { others.append(try Program.run(sweep, in: folder)) } catch { Issue.record(error) }
        }
        #expect(first.status == 0 && others.first?.status == 0, "\(first.text)\n\(others)")
        let rows = try table("sweep", in: folder)
        #expect(rows.count == 7 && rows.dropFirst().allSatisfy { $0.contains("finished") })
        #expect(FileManager.default.fileExists(atPath: folder["sweep/sweep.html"]))
      }
    }

    @Test(arguments: [nil, 2]) func impossibleValuesAreRefusedBeforeAnythingTrains(ranks: Int?) throws {
      guard ranks == nil || Mpirun.isUsable else { return }
      try Folder.temporary { folder in
        for (words, status, message) in [
          (["bacth=32,64"], 78, "unknown key bacth"), (["batch=32,many"], 78, "batch=many"),
          (["seed=1..3", "--random", "1"], 64, "--random must be from 2"),
          (["batch=32"], 64, "no key has several values"),
          ([], 64, "give the keys to vary"), (["--out", "nowhere"], 66, "nowhere holds no sweep"),
        ] {
          let ending = try Program.run(["sweep"] + words, ranks: ranks, in: folder)
          #expect(ending.status == Int32(status) && ending.errors.contains(message), "\(ending.text)")
        }
        #expect(try folder.contents().isEmpty)
      }
    }

    @Test func aFolderHoldsOneSweep() throws {
      try Folder.temporary { folder in
        let recipe = ["sweep", "temporal-order", "epochs=1", "data.testSize=64", "--out", "sweep"]
        let first = try Program.run(recipe + ["seed=1..2"], in: folder)
        #expect(first.status == 0, "\(first.text)")
        let other = try Program.run(recipe + ["seed=1..3"], in: folder)
        #expect(other.status == 78, "\(other.text)")
        #expect(
          other.errors.hasPrefix("sweep holds another sweep: seed=1..3 here, but seed=1..2 there\n"), "\(other.text)")
        let again = try Program.run(["sweep", "--out", "sweep"], in: folder)
        #expect(again.status == 0 && again.output.contains("2 variants of 2 done before"), "\(again.text)")
      }
    }

    /// As a run that resumes, a sweep names files that changed: its variants cannot be compared then.
    @Test func changedDataIsNamed() throws {
      try Folder.temporary { folder in
        func write(_ first: Int) throws {
          let rows = (0..<40).map { "\($0 == 0 ? first : $0 % 7),\($0 % 2 == 0 ? "even" : "odd")" }
          try folder.write("a,kind\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
        }
        try write(0)
        try folder.write(
          "epochs: 2\ndata: {source: csv, train: t.csv, label: kind, validationShare: 0.2}\n"
            + "model: {layers: [linear: {outputs: 2}]}\n", to: "t.yaml")
        func sweep() throws -> Ending {
          let ending = try Program.run(["sweep", "t.yaml", "seed=1..3", "--out", "sweep"], in: folder)
          #expect(ending.status == 0, "\(ending.text)")
          return ending
        }
        func forget(_ number: Int) throws {
          Folder(path: folder["sweep/runs/000\(number)"]).remove()
          Folder(path: folder["sweep/results/000\(number)-0.json"]).remove()
        }
        #expect(try !sweep().errors.contains("changed"))
        try forget(3)
        #expect(try !sweep().errors.contains("changed"))
        // A sweep that is done compares what it has.
        try write(5)
        #expect(try !sweep().errors.contains("changed"))
        try forget(3)
        let told =
          "t.csv changed since the sweep began: 2 variants had other data than the rest, and results on different data "
          + "cannot be compared"
        for _ in 0..<2 {
          let ending = try sweep()
          #expect(ending.errors == "dp-train: \(told)\n", "\(ending.text)")
          #expect(try folder.text("sweep/sweep.html").contains(told))
        }
      }
    }

    @Test func everyVariantMayFail() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          ["sweep", "temporal-order", "optimizer=sgd", "optimizer.clipNorm=none", "optimizer.learningRate=1e38,2e38"],
          in: folder)
        #expect(
          ending.status == 78 && ending.errors.hasPrefix("every variant failed; the first one: "), "\(ending.text)")
      }
    }

    @Test func groupsHaveRanksOfOneMachine() {
      func groups(_ machines: [[Int]], _ ranksPerRun: Int?, variants: Int = 100, shards: Int = 8) -> [Int] {
        SweepGroups(machines: machines, ranksPerRun: ranksPerRun, variants: variants, shards: shards).groups
      }
      #expect(groups([[0, 1, 2, 3]], nil) == [0, 1, 2, 3])
      #expect(groups([[0, 1, 2, 3]], 2) == [0, 0, 1, 1] && groups([[0, 1, 2, 3, 4]], 2) == [0, 0, 0, 1, 1])
      #expect(groups([[0, 2], [1, 3]], 2) == [0, 1, 0, 1])
      #expect(groups([[0, 1, 2, 3]], nil, variants: 2) == [0, 0, 1, 1])
      #expect(groups([Array(0..<8)], nil, variants: 2, shards: 2) == [0, 0, 1, 1, 2, 2, 3, 3])
      #expect(groups([[0, 1]], 8) == [0, 0])
      let two = SweepGroups(machines: [Array(0..<5)], ranksPerRun: 2, variants: 9, shards: 8)
      #expect(two.text == "2 groups of 2 to 3 ranks")
    }
  }
}
