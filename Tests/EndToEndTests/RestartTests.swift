import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Scripts that start ranks again after these, or their launcher, were killed: the result is unchanged.
  struct RestartTests {
    private static let recipe = [
      "temporal-order-moderate", "epochs=200", "data.testSize=64", "evaluate.every=4", "checkpoint.steps=3",
    ]

    /// A copy of `launch/train` for the program under test, which needs no build.
    private func prepare(_ folder: Folder) throws {
      for name in ["launch", ".build/release"] { try Folder(path: folder[name]).create() }
      try FileManager.default.copyItem(atPath: "\(repository)/launch/train", toPath: folder["launch/train"])
      for name in ["setup", "build"] {
        try folder.write("#!/bin/bash\n", to: "launch/\(name)")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder["launch/\(name)"])
      }
      try FileManager.default.createSymbolicLink(
        atPath: folder[".build/release/dp-train"], withDestinationPath: Program.path)
    }

    /// The runs whose folders exist.
    private func runs(in folder: Folder) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder["runs"])) ?? []).map { "runs/\($0)" }
    }

    private func starts(_ run: String, in folder: Folder) -> Int {
      ((try? folder.text("\(run)/history.jsonl")) ?? "").split(separator: "\n").count
    }

    /// Waits until the run was started some times and has saved its state since.
    private func wait(starts count: Int, in folder: Folder) {
      waitUntil {
        guard let run = runs(in: folder).first, starts(run, in: folder) == count,
          let started = stamp("\(run)/history.jsonl", in: folder),
          let saved = stamp("\(run)/checkpoints/last/complete", in: folder)
        else { return false }
        return saved > started
      }
    }

    private func stamp(_ name: String, in folder: Folder) -> Date? {
      (try? FileManager.default.attributesOfItem(atPath: folder[name]))?[.modificationDate] as? Date
    }

    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"), arguments: [1, 2])
    func killedRanksAndLaunchersAreStartedAgain(ranks: Int) throws {
      try Folder.temporary { folder in
        try prepare(folder)
        let whole = try Program.run(["train"] + Self.recipe + ["--out", "whole"], in: folder)
        try #require(whole.status == 0, "\(whole.text)")
        let ending = try Program.start(
          folder["launch/train"], ["--ranks", "\(ranks)"] + Self.recipe, in: folder,
          environment: ["DPTRAIN_OVERSUBSCRIBE": "1"]
        ) { script in
          wait(starts: 1, in: folder)
          // With one rank the script's child is the rank.
          let launcher = Program.children(of: script)
          let killed = ranks == 1 ? launcher : Array(launcher.flatMap(Program.children).prefix(1))
          for pid in killed { kill(pid, SIGKILL) }
          wait(starts: 2, in: folder)
          for pid in Program.children(of: script) { kill(pid, SIGKILL) }
        }
        try #require(ending.status == 0, "\(ending.text)")
        let run = try #require(runs(in: folder).first)
        #expect(runs(in: folder).count == 1)
        #expect(
          try sha256(ofFile: folder["\(run)/weights.safetensors"])
            == sha256(ofFile: folder["whole/weights.safetensors"]))
        #expect(try Metrics(run: run, in: folder).steps == Metrics(run: "whole", in: folder).steps)
        #expect(ending.errors.contains("dp-train: attempt 3, after SIGKILL: from step "), "\(ending.text)")
        #expect(try folder.text("\(run)/history.jsonl").components(separatedBy: #""cause":"SIGKILL""#).count == 3)
        let report = try Program.run(["report", run], in: folder)
        #expect(report.status == 0, "\(report.text)")
        #expect(try folder.text("\(run)/report.html").contains(", after SIGKILL"))
      }
    }

    /// The file `restart` asks for another start, such as with a machine that is back.
    @Test func aFileStartsTheRanksAgain() throws {
      try Folder.temporary { folder in
        try prepare(folder)
        let ending = try Program.start(
          folder["launch/train"], ["--ranks", "1", "epochs=1000000", "checkpoint.steps=3", "--out", "runs/run"],
          in: folder
        ) { _ in
          wait(starts: 1, in: folder)
          try? folder.write("", to: "runs/run/restart")
          // A start, the stop, and a start.
          wait(starts: 3, in: folder)
          try? folder.write("", to: "runs/run/stop")
        }
        #expect(ending.status == 75 && ending.output.contains("stopped by the file restart"), "\(ending.text)")
        #expect(ending.errors.contains("dp-train: attempt 2, after the file restart: from step "), "\(ending.text)")
        #expect(starts("runs/run", in: folder) == 4)
        #expect(try !folder.contents().contains("runs/run/restart"))
      }
    }

    /// A stop is no failure: neither one by a signal to the script, nor one by a signal to mpirun, whose status is then 1.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"), arguments: [true, false])
    func aStopIsNotFollowedByARestart(ofScript: Bool) throws {
      try Folder.temporary { folder in
        try prepare(folder)
        let ending = try Program.start(
          folder["launch/train"], ["--ranks", "2", "epochs=1000000", "checkpoint.steps=3"], in: folder,
          environment: ["DPTRAIN_OVERSUBSCRIBE": "1"]
        ) { script in
          wait(starts: 1, in: folder)
          for pid in ofScript ? [script] : Program.children(of: script) { kill(pid, SIGTERM) }
        }
        #expect(ending.status == 75 && ending.output.contains("and saved; resume with"), "\(ending.text)")
        #expect(!ending.errors.contains("attempt"), "\(ending.text)")
        let run = try #require(runs(in: folder).first)
        #expect(try folder.text("\(run)/history.jsonl").hasSuffix("}\n") && starts(run, in: folder) == 2)
      }
    }

    /// Hydra ends with 0 after some stops. A sweep with halving pauses trainings, which is no stop.
    @Test(arguments: ["train", "sweep"])
    func aStopIsNoticedThoughTheLauncherEndsWithZero(subcommand: String) throws {
      try Folder.temporary { folder in
        try folder.write(
          """
          eval "$("$1" launcher --loop)"
          program=$1 run=out words=("${@:2}" --out out) restarts=0
          choose_ranks() { start=(bash -c '"$@"; exit 0' launcher) place=here; }
          status=0
          keep_training || status=$?
          exit "$status"

          """, to: "job.sh")
        func files(_ name: String) -> [String] {
          (FileManager.default.enumerator(atPath: folder["out"])?.compactMap { $0 as? String } ?? [])
            .filter { ("/" + $0).hasSuffix("/\(name)") }
        }
        let words =
          ["job.sh", Program.path, subcommand, "data.validationSize=64", "checkpoint.steps=3"]
          + (subcommand == "sweep" ? ["seed=1,2", "--halving"] : [])
        let stopped = try Program.start("/bin/bash", words + ["epochs=1000000"], in: folder) { _ in
          waitUntil { !files("complete").isEmpty }
          try? folder.write("", to: "out/stop")
        }
        #expect(stopped.status == 75, "\(stopped.text)")
        try FileManager.default.removeItem(atPath: folder["out"])
        let whole = try Program.start("/bin/bash", words + ["epochs=4"], in: folder)
        #expect(whole.status == 0, "\(whole.text)")
        let pauses = try files("history.jsonl").filter { try folder.text("out/\($0)").contains("pause") }
        #expect(pauses.isEmpty == (subcommand == "train"))
      }
    }
  }
}
