import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Cross-validation: a training for each fold, in one job or in several.
  struct FoldTests {
    private static let folds = 1...3
    private static let arguments = ["train", "patients.yaml", "--out", "cv"]

    /// 120 rows of 30 patients, of three classes.
    private func writePatients(_ folder: Folder, epochs: Int = 3) throws {
      var random = TestRandom(8)
      let rows = (0..<120).map { row in
        let patient = row * 7 % 30
        let numbers = random.floats(4).map { "\($0)" }.joined(separator: ",")
        return "\(numbers),p\(patient),\(patient % 3 == 0 ? "a" : patient % 3 == 1 ? "b" : "c")\n"
      }
      try folder.write("u,v,w,x,patient,kind\n" + rows.joined(), to: "patients.csv")
      try folder.write(
        """
        epochs: \(epochs)
        batch: 16
        data: {source: csv, train: patients.csv, splitBy: patient, testShare: 0.2, folds: 3}
        model:
          layers:
            - linear: {outputs: 6}
            - tanh
            - linear: {outputs: 3}

        """, to: "patients.yaml")
    }

    private func weights(of run: String, in folder: Folder) throws -> [String] {
      try Self.folds.map { try sha256(ofFile: folder["\(run)/fold-\($0)/weights.safetensors"]) }
    }

    private func trained(_ arguments: [String], ranks: Int? = nil, in folder: Folder) throws -> Ending {
      let ending = try Program.run(arguments, ranks: ranks, in: folder)
      try #require(ending.status == 0, "\(ending.text)")
      return ending
    }

    @Test func eachFoldIsTrainedAndComparedInOneTable() throws {
      try Folder.temporary { folder in
        try writePatients(folder)
        let ending = try trained(Self.arguments, in: folder)
        #expect(ending.output.contains(/groups +30 by patient: 16 for training, 8 for validation, 6 for test/))
        let table = try folder.text("cv/folds.csv").split(separator: "\n").map { $0.split(separator: ",") }
        #expect(table[0].prefix(6) == ["fold", "training", "validation", "epochs", "accuracy", "loss"])
        // Every metric of the evaluations, at the end, at its best, and of the test samples.
        for metric in ["accuracy", "loss", "balanced-accuracy", "macro-f1"] {
          for prefix in ["", "best-", "test-"] { #expect(table[0].contains("\(prefix + metric)"[...])) }
        }
        #expect(ending.output.contains(/\nfold .* test loss\n/), "the terminal shows fewer columns")
        #expect(table.map { $0[0] } == ["fold", "1", "2", "3", "mean", "deviation"])
        // All samples that are not for the test are for validation once.
        #expect(table[1...3].compactMap { Int($0[2]) }.reduce(0, +) == 96)
        let losses = try Self.folds.map { fold in
          // The very last one is that of the test samples.
          try #require(Metrics(run: "cv/fold-\(fold)", in: folder).evaluations.dropLast().last).loss
        }
        #expect(table[1...3].compactMap { Double($0[5]) } == losses)
        for name in ["fold", "mean", "deviation"] { #expect(ending.output.contains(name)) }
        #expect(try folder.text("cv/folds.html").contains("Validation loss by epoch"))
        // One fold alone has the same weights.
        _ = try trained(["train", "patients.yaml", "data.fold=2", "--out", "second"], in: folder)
        #expect(
          try sha256(ofFile: folder["second/weights.safetensors"]) == weights(of: "cv", in: folder)[1])
        let page = try folder.bytes("cv/folds.html")
        try FileManager.default.removeItem(atPath: folder["cv/folds.html"])
        let shown = try trained(["report", "cv"], in: folder)
        #expect(shown.output == "cv/report.html\ncv/folds.html\n")
        #expect(try folder.bytes("cv/folds.html") == page)
        #expect(try trained(["report", "cv", "--out", "all.html"], in: folder).output == "all.html\n")
        let refused = try Program.run(["evaluate", "cv"], in: folder)
        #expect(refused.status == 66 && refused.errors.contains("name one of them, such as cv/fold-1"))
        let again = try Program.run(Self.arguments, in: folder)
        #expect(again.status == 73 && again.errors.contains("cv holds a run already"), "\(again.text)")
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func foldsAreTheSameOnAnyNumberOfRanks() throws {
      try Folder.temporary { folder in
        try writePatients(folder)
        var found: Set<[String]> = []
        for ranks in [1, 2, 3, 8] {
          let place = "cv\(ranks)"
          _ = try trained(["train", "patients.yaml", "--out", place], ranks: ranks, in: folder)
          found.insert(try weights(of: place, in: folder) + [folder.text("\(place)/folds.csv")])
        }
        #expect(found.count == 1)
      }
    }

    @Test func foldsOfSeveralJobsMakeOneTable() throws {
      try Folder.temporary { folder in
        try writePatients(folder)
        _ = try trained(Self.arguments, in: folder)
        for fold in [3, 1] {
          _ = try trained(["train", "patients.yaml", "data.fold=\(fold)", "--out", "jobs/fold-\(fold)"], in: folder)
        }
        let rest = ["train", "patients.yaml", "--out", "jobs", "--resume"]
        let ending = try trained(rest, in: folder)
        #expect(ending.output.contains("fold 1 of 3 was trained before\n"), "\(ending.text)")
        #expect(ending.output.contains("fold 2 of 3\n") && ending.output.contains("fold 3 of 3 was trained before\n"))
        #expect(try folder.text("jobs/folds.csv") == folder.text("cv/folds.csv"))
        let again = try trained(rest, in: folder)
        #expect(!again.output.contains("step"), "\(again.text)")
        // Another length is another training.
        let longer = try trained(rest + ["epochs=4"], in: folder)
        #expect(!longer.output.contains("trained before"), "\(longer.text)")
        let before = try folder.snapshot()
        let shorter = try Program.run(rest + ["epochs=2"], in: folder)
        #expect(
          shorter.status == 78
            && shorter.errors.hasPrefix("epochs is 2, but jobs/fold-1 was trained for 4 epochs already\n"),
          "\(shorter.text)")
        #expect(try folder.snapshot() == before)
        let other = try Program.run(rest + ["data.folds=4"], in: folder)
        #expect(other.status == 78 && other.errors.contains("data.folds is 4, but 3 in jobs/recipe.yaml"))
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func foldsKilledAtAnyMomentEndWithTheSameTable() throws {
      try Folder.temporary { folder in
        try writePatients(folder, epochs: 400)
        let whole = try trained(["train", "patients.yaml", "--out", "whole"], in: folder)
        var random = TestRandom(3)
        let pieces = ["train", "patients.yaml", "checkpoint.steps=50", "--out", "pieces", "--resume"]
        var killed = 0
        for attempt in 0..<6 {
          let delay = Double.random(in: 0.1...max(0.3, whole.seconds / 2), using: &random)
          let ending = try Program.run(pieces, ranks: attempt % 3 + 1, in: folder) { pid in
            Thread.sleep(forTimeInterval: delay)
            kill(pid, attempt % 2 == 0 ? SIGKILL : SIGTERM)
          }
          if ending.status != 0 { killed += 1 }
        }
        #expect(killed >= 2, "too few of the blows met a training that was under way")
        _ = try trained(pieces, ranks: 2, in: folder)
        #expect(try folder.text("pieces/folds.csv") == folder.text("whole/folds.csv"))
        #expect(try weights(of: "pieces", in: folder) == weights(of: "whole", in: folder))
      }
    }

    @Test func dataThatChangedBetweenFoldsIsNamed() throws {
      try Folder.temporary { folder in
        try writePatients(folder)
        _ = try trained(Self.arguments, in: folder)
        Folder(path: folder["cv/fold-3"]).remove()
        try folder.write(folder.text("patients.csv") + "0,0,0,0,p1,b\n", to: "patients.csv")
        let told =
          "patients.csv changed since the cross-validation began: 2 folds had other data than the rest, and results on "
          + "different data cannot be compared"
        for _ in 0..<2 {
          let ending = try trained(Self.arguments + ["--resume"], in: folder)
          #expect(ending.errors.components(separatedBy: told).count == 2, "\(ending.text)")
          #expect(try folder.text("cv/folds.html").contains(told))
        }
      }
    }

    @Test func aJobAskedToStopNamesTheFolderOfAllFolds() throws {
      try Folder.temporary { folder in
        try writePatients(folder, epochs: 100_000)
        let ending = try Program.run(Self.arguments, in: folder) { _ in
          waitForFile(folder["cv/fold-1/metrics.jsonl"])
          try? folder.write("", to: "cv/stop")
        }
        #expect(ending.status == 75 && ending.output.contains("dp-train train --out cv --resume\n"), "\(ending.text)")
        #expect(!FileManager.default.fileExists(atPath: folder["cv/stop"]))
      }
    }
  }
}
