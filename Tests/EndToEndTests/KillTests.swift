import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Jobs that are killed at any moment and resumed on other numbers of ranks: the result is unchanged.
  struct KillTests {
    private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"

    /// Which processes are killed, and how.
    private enum Blow: CaseIterable {
      case aRank, launcher, terminate, userSignal

      func strike(_ pid: pid_t, _ random: inout TestRandom) {
        switch self {
        case .aRank:
          kill(Program.children(of: pid).randomElement(using: &random) ?? pid, SIGKILL)
        case .launcher: kill(pid, SIGKILL)
        case .terminate: kill(pid, SIGTERM)
        case .userSignal: kill(pid, SIGUSR1)
        }
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aRecurrentNetworkKilledRepeatedlyEndsWithTheSameBits() throws {
      try check(
        [
          "temporal-order-moderate", "epochs=\(Self.isLong ? 900 : 200)", "data.testSize=64", "evaluate.every=4",
        ], kills: Self.isLong ? 30 : 5)
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func batchesByLengthKilledRepeatedlyEndWithTheSameBits() throws {
      try check(["names", "batching=length", "epochs=\(Self.isLong ? 2000 : 400)"], kills: Self.isLong ? 30 : 4) {
        try SmallData.writeNames($0)
      }
    }

    /// The first validation loss is the greatest, so training ends after 300 further epochs, with the weights of the first.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func anEarlyStopKilledRepeatedlyEndsWithTheSameBits() throws {
      try check(
        [
          "names", "epochs=20000", "data.validationShare=0.2", "monitor={metric: loss, direction: greatest}",
          "stop=300",
          "restoreBest=true", "outliers={limit: 1.2, window: 20}", "schedule=constant", "optimizer.learningRate=0.0003",
        ], kills: Self.isLong ? 30 : 4
      ) { try SmallData.writeNames($0) }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func balancedDrawsKilledRepeatedlyEndWithTheSameBits() throws {
      try check(["names", "sampling=balanced", "epochSamples=50", "epochs=\(Self.isLong ? 4000 : 800)"], kills: 4) {
        try SmallData.writeNames($0)
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aConvolutionalNetworkInBfloat16KilledRepeatedlyEndsWithTheSameBits() throws {
      try check(["images.yaml", "precision=bfloat16"], kills: Self.isLong ? 30 : 5) {
        try $0.writeImageRecipe(epochs: Self.isLong ? 400 : 60)
      }
    }

    /// Trains whole; then in pieces, each killed in another way at a random moment and resumed on other ranks. The update is
    /// divided, with shared memory or without.
    private func check(_ recipe: [String], kills: Int, prepare: (Folder) throws -> Void = { _ in }) throws {
      try Folder.temporary { folder in
        try prepare(folder)
        let whole = try Program.run(["train"] + recipe + ["--out", "whole"], in: folder)
        try #require(whole.status == 0, "\(whole.text)")

        var random = TestRandom(UInt64(kills))
        let pieces =
          ["train"] + recipe + ["checkpoint.steps=3", "optimizerSharding=always", "--out", "pieces", "--resume"]
        var survived = 0
        for attempt in 0..<kills {
          let ranks = [1, 2, 3, 5, 8][(attempt + 1) % 5]
          let blow = Blow.allCases[attempt % 4]
          let delay = Double.random(in: 0...max(0.2, whole.seconds / Double(kills)), using: &random)
          // Rewritten when all ranks run: mpirun may hang if a rank dies during its start.
          let begun = folder["pieces/environment.json"]
          try? FileManager.default.removeItem(atPath: begun)
          let perMachine = ["DPTRAIN_RANKS_PER_MACHINE": String([8, 1, 2][attempt % 3])]
          let ending = try Program.run(pieces, ranks: ranks, in: folder, environment: perMachine) { pid in
            waitForFile(begun)
            Thread.sleep(forTimeInterval: delay)
            blow.strike(pid, &random)
          }
          if ending.status == 0 { survived += 1 }
          #expect(!ending.errors.contains("damaged"), "\(ending.text)")
        }
        #expect(survived <= kills / 2, "too few of the blows met a training that was under way")
        let last = try Program.run(pieces, ranks: 2, in: folder)
        try #require(last.status == 0, "\(last.text)")
        #expect(
          try sha256(ofFile: folder["pieces/weights.safetensors"])
            == sha256(ofFile: folder["whole/weights.safetensors"]))
        let (metrics, expected) = try (Metrics(run: "pieces", in: folder), Metrics(run: "whole", in: folder))
        #expect(metrics.steps == expected.steps)
        #expect(metrics.evaluations == expected.evaluations)
        #expect(metrics.end == expected.end)
      }
    }
  }

  /// Requests to a training to save or to stop.
  struct StopTests {
    private static let endless = ["train", "epochs=100000", "--out", "run"]

    @Test(arguments: [SIGTERM, SIGINT, SIGUSR1])
    func aSignalSavesAndStops(signal: Int32) throws {
      try Folder.temporary { folder in
        let ending = try Program.run(Self.endless, in: folder) { pid in
          waitForFile(folder["run/metrics.jsonl"])
          kill(pid, signal)
        }
        #expect(ending.status == 75, "\(ending.text)")
        #expect(ending.output.contains("resume with\n  dp-train train --out run --resume\n"), "\(ending.text)")
        #expect(try folder.text("run/checkpoints/last/complete").count == 65)
        let again = try Program.run(["train", "--out", "run", "--resume", "--minutes", "0.001"], in: folder)
        #expect(again.status == 75 && again.output.contains("resuming after step "), "\(again.text)")
      }
    }

    /// A long evaluation is interrupted, and repeated when the run is resumed on other ranks.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aSignalStopsWithinAnEvaluation() throws {
      try Folder.temporary { folder in
        let arguments = [
          "train", "data.epochSize=64", "data.testSize=3000000", "evaluate.every=1", "epochs=1", "--out",
        ]
        let whole = try Program.run(arguments + ["whole"], in: folder)
        #expect(whole.status == 0, "\(whole.text)")
        let stopped = try Program.run(arguments + ["run"], ranks: 2, in: folder) { pid in
          waitForFile(folder["run/metrics.jsonl"])
          Thread.sleep(forTimeInterval: 0.3)
          kill(pid, SIGUSR1)
        }
        #expect(stopped.status == 75 && stopped.output.contains("after step 2, and saved"), "\(stopped.text)")
        #expect(try Metrics(run: "run", in: folder).evaluations.isEmpty)
        let resumed = try Program.run(arguments + ["run", "--resume"], ranks: 3, in: folder)
        #expect(resumed.status == 0, "\(resumed.text)")
        #expect(try Metrics(run: "run", in: folder).evaluations == Metrics(run: "whole", in: folder).evaluations)
        #expect(
          try sha256(ofFile: folder["run/weights.safetensors"]) == sha256(ofFile: folder["whole/weights.safetensors"]))
      }
    }

    @Test func aSecondInterruptEndsAtOnce() throws {
      try Folder.temporary { folder in
        // A step of this size lasts for seconds.
        let arguments = [
          "train", "temporal-order", "data.level=nightmare", "batch=64", "accumulate=64",
          "data.epochSize=100000", "model.layers.0.lstm.hiddenSize=128", "--out", "run",
        ]
        let ending = try Program.run(arguments, in: folder) { pid in
          waitForFile(folder["run/metrics.jsonl"])
          Thread.sleep(forTimeInterval: 0.2)
          kill(pid, SIGINT)
          Thread.sleep(forTimeInterval: 0.2)
          kill(pid, SIGINT)
        }
        #expect(ending.status == 130 && ending.seconds < 20, "\(ending.status) \(ending.seconds)")
      }
    }

    @Test func filesInTheRunFolderSaveAndStop() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(Self.endless + ["checkpoint.epochs=0"], in: folder) { _ in
          waitForFile(folder["run/metrics.jsonl"])
          try? folder.write("", to: "run/save")
          waitForFile(folder["run/checkpoints/last"])
          try? folder.write("", to: "run/stop")
        }
        #expect(ending.status == 75 && ending.output.contains("stopped by the file stop"), "\(ending.text)")
        let left = try folder.contents()
        #expect(!left.contains("run/save") && !left.contains("run/stop"))
        #expect(left.filter { $0.wholeMatch(of: #/run/checkpoints/step-\d+/#) != nil }.count == 2, "\(left)")
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func theTimeLimitStopsAllRanks() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(Self.endless + ["--minutes", "0.01"], ranks: 3, in: folder)
        #expect(ending.status == 75 && ending.output.contains("stopped by the time limit"), "\(ending.text)")
        let job = ["SLURM_JOB_ID": "1", "SLURM_JOB_END_TIME": String(Int(Date().timeIntervalSince1970) + 61)]
        let slurm = try Program.run(["train", "--out", "run", "--resume"], in: folder, environment: job)
        #expect(slurm.status == 75 && slurm.seconds < 10, "\(slurm.text)")
      }
    }

    @Test func twoTrainingsDoNotWriteToOneFolder() throws {
      try Folder.temporary { folder in
        let first = try Program.run(Self.endless, in: folder) { pid in
          waitForFile(folder["run/metrics.jsonl"])
          // The second waits for the first to end, and resumes from there.
          let second = Process()
          second.executableURL = URL(filePath: Program.path)
          second.arguments = ["train", "--out", "run", "--resume", "--minutes", "0.001"]
          second.currentDirectoryURL = URL(filePath: folder.path)
          second.standardOutput = FileHandle.nullDevice
          #expect(throws: Never.self) { try second.run() }
          Thread.sleep(forTimeInterval: 0.5)
          #expect(second.isRunning)
          kill(pid, SIGTERM)
          second.waitUntilExit()
          #expect(second.terminationStatus == 75)
        }
        #expect(first.status == 75, "\(first.text)")
        let steps = try Metrics(run: "run", in: folder).steps.map(\.step)
        #expect(steps == Array(1...steps.count))
      }
    }

    @Test func aRunIsResumedWithItsOwnRecipe() throws {
      try Folder.temporary { folder in
        let begun = try Program.run(["train", "steps=3", "data.testSize=32", "--out", "run"], in: folder)
        #expect(begun.status == 0, "\(begun.text)")
        let without = try Program.run(["train", "steps=3", "data.testSize=32", "--out", "run"], in: folder)
        #expect(without.status == 73 && without.errors.contains("--resume"), "\(without.text)")
        let other = try Program.run(["train", "--out", "run", "--resume", "optimizer.learningRate=0.5"], in: folder)
        #expect(other.status == 78, "\(other.text)")
        #expect(
          other.errors.hasPrefix("optimizer.learningRate is 0.5, but 0.001 in run/recipe.yaml\n"), "\(other.text)")
        let rounded = try Program.run(["train", "--out", "run", "--resume", "precision=bfloat16"], in: folder)
        #expect(rounded.status == 78, "\(rounded.text)")
        #expect(
          rounded.errors.hasPrefix("precision is bfloat16, but float32 in run/recipe.yaml\n"), "\(rounded.text)")
        let homeless = try Program.run(["train", "--resume"], in: folder)
        #expect(homeless.status == 64, "\(homeless.text)")
        let longer = try Program.run(["train", "--out", "run", "--resume", "steps=6"], in: folder)
        #expect(longer.status == 0 && longer.output.contains("resuming after step 3"), "\(longer.text)")
        #expect(try Metrics(run: "run", in: folder).steps.map(\.step) == Array(1...6))
      }
    }

    /// A recipe that ends before the checkpoint would describe a training that never was.
    @Test(arguments: [nil, 2]) func aRunDoesNotResumeForLessThanItHas(ranks: Int?) throws {
      guard ranks == nil || Mpirun.isUsable else { return }
      try Folder.temporary { folder in
        func train(_ words: [String]) throws -> Ending {
          try Program.run(["train", "data.epochSize=64", "data.testSize=32", "--out", "run"] + words, in: folder)
        }
        let begun = try train(["epochs=4", "steps=7"])
        #expect(begun.status == 0, "\(begun.text)")
        let before = try folder.snapshot()
        for (words, message) in [
          (["epochs=3"], "epochs is 3, but run was trained for 4 epochs already\n  set epochs to 4 or more"),
          (["steps=6"], "steps is 6, but run was trained for 7 steps already\n  set steps to 7 or more"),
        ] {
          let ending = try Program.run(["train", "--resume", "--out", "run"] + words, ranks: ranks, in: folder)
          #expect(ending.status == 78 && ending.errors.contains(message), "\(ending.text)")
          #expect(ending.output == "" && ending.text.components(separatedBy: message).count == 2, "\(ending.text)")
          #expect(try folder.snapshot() == before)
        }
        let same = try train(["epochs=4", "steps=7", "--resume"])
        #expect(same.status == 0 && same.output.contains("resuming after step 7\n"), "\(same.text)")
      }
    }

    /// Changes of a recipe between the begin of a run and its resumption; the message if the run refuses it.
    static let changes: [(begun: [String], resumed: [String], message: String?)] = [
      ([], ["evaluate.every=2"], nil), ([], ["restoreBest=true"], nil),
      (["stop=5"], ["stop=6"], nil), (["stop=5"], ["stop=none"], nil),
      (
        ["schedule=plateau"], ["evaluate.every=2"],
        "evaluate.every is 2, but was 1 in the 2 epochs done: the schedule plateau lowers the learning rate by these"
      ),
      (["stop=5"], ["evaluate.every=2"], "evaluate.every is 2, but was 1 in the 2 epochs done: stop ends training by"),
      (
        ["restoreBest=true"], ["evaluate.every=2"],
        "evaluate.every is 2, but was 1 in the 2 epochs done: restoreBest chooses the weights by"
      ),
      (["stop=5"], ["stop=4"], "stop.patience is 4, but was 5 in the 2 epochs done: training might have ended"),
      (["stop=5"], ["stop.minimum=0.25"], "stop.minimum is 0.25, but was 0 in the 2 epochs done: training might"),
      ([], ["stop=4"], "stop is {patience: 4, minimum: 0}, but was none in the 2 epochs done: training might"),
      (
        ["evaluate.every=4", "steps=3", "restoreBest=true"], ["steps=none"],
        "restoreBest is true, but the best weights so far are those of step 3, at the former end of the training"
      ),
    ]

    /// Validation samples that steer the training did so by the same rules from its first step on.
    @Test(arguments: changes) func whatSteersTheTrainingDoesNotChange(
      begun: [String], resumed: [String], message: String?
    ) throws {
      try Folder.temporary { folder in
        func train(_ words: [String]) throws -> Ending {
          try Program.run(
            ["train", "data.epochSize=64", "data.testSize=32", "data.validationSize=32", "--out", "run", "--resume"]
              + words, in: folder)
        }
        let first = try train(["epochs=2"] + begun)
        #expect(first.status == 0, "\(first.text)")
        let before = try folder.snapshot()
        let kept = begun.filter { word in !resumed.contains { $0.prefix { $0 != "=" } == word.prefix { $0 != "=" } } }
        let second = try train(["epochs=4"] + kept + resumed)
        guard let message else {
          #expect(second.status == 0 && second.output.contains("resuming after step 4\n"), "\(second.text)")
          return
        }
        #expect(second.status == 78 && second.errors.hasPrefix(message), "\(second.text)")
        #expect(second.output == "" && second.errors.contains("model.weights=run/checkpoints/step-0000000"))
        #expect(try folder.snapshot() == before)
      }
    }

    @Test func evaluationsOfAllEpochsChooseTheBestWeights() throws {
      try Folder.temporary { folder in
        func train(_ words: String...) throws -> Ending {
          try Program.run(
            ["train", "data.epochSize=64", "data.testSize=32", "data.validationSize=32", "--out", "run", "--resume"]
              + words, in: folder)
        }
        #expect(try train("epochs=2").status == 0)
        #expect(try train("epochs=4", "evaluate.every=2").status == 0)
        let chosen = try train("epochs=6", "evaluate.every=2", "restoreBest=true")
        #expect(
          chosen.status == 78 && chosen.errors.hasPrefix("evaluate.every is 2, but was 1 in the 4 epochs done: rest"),
          "\(chosen.text)")
      }
    }

    /// A longer run whose schedule would have had other rates is refused before it writes anything.
    @Test func aLongerRunKeepsTheRatesOfItsSteps() throws {
      try Folder.temporary { folder in
        func train(_ words: String...) throws -> Ending {
          try Program.run(["train", "data.testSize=32", "--out", "run"] + words, in: folder)
        }
        let begun = try train("schedule.name=cosine", "steps=10")
        #expect(begun.status == 0, "\(begun.text)")
        let recipe = try folder.text("run/recipe.yaml")
        let longer = try train("schedule.name=cosine", "steps=20", "--resume")
        #expect(longer.status == 78, "\(longer.text)")
        #expect(
          longer.errors.contains(
            "with epochs 60, steps 20 instead of epochs 60, steps 10 the learning rate takes another")
            && longer.errors.contains("it would jump from 2.4471742e-05 to 0.0005")
            && longer.errors.contains("schedule.length='10 steps'") && longer.errors.contains("model.weights="),
          "\(longer.text)")
        #expect(try folder.text("run/recipe.yaml") == recipe)
        let kept = try train("schedule.name=cosine", "steps=20", "schedule.length=10 steps", "--resume")
        #expect(kept.status == 0, "\(kept.text)")
        #expect(try Metrics(run: "run", in: folder).steps.map(\.step) == Array(1...20))
      }
    }
  }

  /// Ranks that stall without ending.
  struct StallTests {
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: [0, 1])
    func aStalledRankIsNamedAndEndsTheJob(rank: Int) throws {
      try Folder.temporary { folder in
        let arguments = ["train", "epochs=100000", "--out", "run", "--stall-warning", "1", "--stall-abort", "2"]
        let ending = try Program.run(arguments, ranks: 3, in: folder) { pid in
          waitForFile(folder["run/metrics.jsonl"])
          Thread.sleep(forTimeInterval: 0.3)
          var stalled: pid_t?
          waitUntil {
            stalled = Program.children(of: pid).first {
              let environment = FileManager.default.contents(atPath: "/proc/\($0)/environ") ?? Data()
              return String(decoding: environment, as: UTF8.self).contains("OMPI_COMM_WORLD_RANK=\(rank)\0")
            }
            return stalled != nil
          }
          #expect(stalled.map { kill($0, SIGSTOP) } == 0, "rank \(rank) was not found")
        }
        #expect(ending.status == 69, "\(ending.text)")
        #expect(ending.errors.contains("nothing has moved for 1 s in step "), "\(ending.text)")
        #expect(ending.errors.contains(": rank \(rank) on "), "\(ending.text)")
        #expect(ending.errors.contains("does not answer"), "\(ending.text)")
        #expect(ending.seconds < 20)
      }
    }
  }
}
