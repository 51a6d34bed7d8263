import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// More ranks than processors: some wait and take no time.
  @Suite(.enabled(if: Mpirun.isUsable && taskset != nil, "needs Open MPI's mpirun, a build with MPI, and taskset"))
  struct WaitingRanksTests {
    private static let endless = ["train", "epochs=10000000", "evaluate.every=0", "record.every=1000", "--out", "run"]

    /// Hundredths of a second of processor time in the first second, when ranks poll most. A spinning rank takes 25.
    private static let littleBurden = 5

    /// Starts ranks that may all run only on the same processor.
    private func run(
      _ arguments: [String], ranks: Int, in folder: Folder, meanwhile: (pid_t) -> Void = { _ in }
    ) throws -> Ending {
      let processor = try #require(Self.firstProcessor)
      return try Program.run(
        ["-c", processor, Program.path] + arguments, of: taskset ?? "", ranks: ranks, in: folder,
        environment: ["DPTRAIN_OVERSUBSCRIBE": "0"], meanwhile: meanwhile)
    }

    private func record(_ folder: Folder, _ run: String) throws -> RunEnvironment {
      try JSONDecoder().decode(RunEnvironment.self, from: Data(folder.bytes("\(run)/environment.json")))
    }

    @Test func asManyRanksComputeAsThereAreProcessors() throws {
      try Folder.temporary { folder in
        // More ranks than shards; waiting ranks need none.
        let arguments = ["train", "epochs=3", "shards=2", "--out"]
        let alone = try Program.run(arguments + ["alone"], in: folder)
        let ending = try run(arguments + ["waiting"], ranks: 5, in: folder)
        try #require(alone.status == 0 && ending.status == 0, "\(alone.text)\(ending.text)")
        #expect(
          ending.errors == "dp-train: 5 ranks on fewer processors: 1 computes, 4 wait "
            + "(DPTRAIN_OVERSUBSCRIBE=1 lets all compute)\n")
        #expect(ending.lines.contains { $0.hasPrefix("ranks      1 of 5 on ") }, "\(ending.output)")
        let record = try record(folder, "waiting")
        #expect(record.ranks == 1 && record.hosts.count == 1 && record.startedRanks == 5)
        #expect(
          try sha256(ofFile: folder["waiting/weights.safetensors"])
            == sha256(ofFile: folder["alone/weights.safetensors"]))
      }
    }

    @Test func allRanksComputeIfAsked() throws {
      try Folder.temporary { folder in
        let ending = try run(["train", "steps=5", "--oversubscribe", "--out", "all"], ranks: 3, in: folder)
        #expect(ending.status == 0 && ending.errors == "", "\(ending.text)")
        let record = try record(folder, "all")
        #expect(record.ranks == 3 && record.hosts.count == 3 && record.startedRanks == 3)
      }
    }

    @Test func aFailureIsPrintedOnceAndEndsAll() throws {
      try Folder.temporary { folder in
        let ending = try run(["train", "missing.yaml"], ranks: 4, in: folder)
        #expect(ending.status == 66, "\(ending.text)")
        #expect(ending.text.components(separatedBy: "missing.yaml: there is no such recipe").count == 2)
      }
    }

    @Test func waitingRanksTakeNoTimeAndIgnoreSignals() throws {
      try Folder.temporary { folder in
        var burden: [Int] = []
        let ending = try run(Self.endless, ranks: 4, in: folder) { pid in
          waitForFile(folder["run/metrics.jsonl"])
          let ranks = Program.children(of: pid)
          let before = ranks.map(ticks)
          Thread.sleep(forTimeInterval: 1)
          burden = zip(before, ranks.map(ticks)).map { $1 - $0 }
          for (rank, ticks) in zip(ranks, burden) where ticks <= Self.littleBurden {
            for signal in [SIGTERM, SIGINT, SIGINT, SIGUSR1] { kill(rank, signal) }
          }
          Thread.sleep(forTimeInterval: 0.2)
          kill(pid, SIGUSR1)
        }
        #expect(burden.count == 4 && burden.filter { $0 <= Self.littleBurden }.count == 3, "\(burden)")
        #expect(ending.status == 75 && ending.output.contains("stopped by SIGUSR1"), "\(ending.text)")
        let resumed = try Program.run(
          ["train", "--out", "run", "--resume", "--minutes", "0.001"], ranks: 2, in: folder)
        #expect(resumed.status == 75 && resumed.output.contains("resuming after step "), "\(resumed.text)")
      }
    }

    @Test(arguments: [true, false]) func waitingRanksEndWithTheOthers(launcherIsKilled: Bool) throws {
      try Folder.temporary { folder in
        var ranks: [pid_t] = []
        _ = try run(Self.endless, ranks: 3, in: folder) { pid in
          waitForFile(folder["run/metrics.jsonl"])
          ranks = Program.children(of: pid)
          let busiest = ranks.max { ticks($0) < ticks($1) } ?? pid
          kill(launcherIsKilled ? pid : busiest, SIGKILL)
        }
        #expect(ranks.count == 3)
        waitUntil { ranks.allSatisfy { kill($0, 0) != 0 } }
        #expect(ranks.filter { kill($0, 0) == 0 } == [])
      }
    }

    /// The processor time of a process so far, in hundredths of a second.
    private func ticks(_ pid: pid_t) -> Int {
      let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
      // The fields after the name, which may contain blanks: the 12th and 13th are user and system time.
      let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    /// A processor that the tests may run on.
    private static let firstProcessor: String? = {
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      return status.firstMatch(of: /Cpus_allowed_list:\s*(\d+)/).map { String($0.1) }
    }()
  }

  private static let taskset = ["/usr/bin/taskset", "/bin/taskset"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}
