import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Following runs from outside, and timelines of all ranks.
  struct WatchTests {
    private struct Trace: Decodable {
      struct Event: Decodable {
        let name: String
        let pid: Int
      }
      let traceEvents: [Event]
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aRunOfSeveralRanksIsWatchedAndHasATimeline() throws {
      try Folder.temporary { folder in
        let training = try Program.run(["train", "epochs=2", "--timeline", "--out", "run"], ranks: 2, in: folder)
        #expect(training.status == 0 && training.output.contains("waiting"), "\(training.text)")
        let watch = try Program.run(["watch", "run"], in: folder)
        #expect(watch.status == 0 && watch.errors == "", "\(watch.text)")
        #expect(watch.lines[0].hasPrefix("step 62/62  epoch 2/2  loss "), "\(watch.text)")
        #expect(watch.lines[1] == "finished after step 62: run/weights.safetensors", "\(watch.text)")
        let trace = try JSONDecoder().decode(Trace.self, from: Data(folder.bytes("run/timeline.json")))
        for rank in 0..<2 {
          let names = Set(trace.traceEvents.filter { $0.pid == rank }.map(\.name))
          let some: Set = [
            "step 50", "data", "0 lstm forward", "0 lstm backward", "reduction", "optimizer", "evaluation",
          ]
          #expect(names.isSuperset(of: some) && !names.contains("step 51"), "rank \(rank): \(names)")
        }
      }
    }

    /// The watch runs as long as the training; at its end it prints how to resume.
    @Test func aTrainingIsWatchedUntilItIsStopped() throws {
      try Folder.temporary { folder in
        var watch: Ending?
        let training = try Program.run(["train", "epochs=1000000", "--out", "run"], in: folder) { process in
          waitForFile(folder["run/environment.json"])
          watch = try? Program.run(["watch", "run", "--every", "0.1"], in: folder) { _ in
            Thread.sleep(forTimeInterval: 0.7)
            kill(process, SIGTERM)
          }
        }
        #expect(training.status == 75, "\(training.text)")
        let seen = try #require(watch)
        #expect(seen.status == 0 && seen.seconds > 0.7, "\(seen.text)")
        #expect(
          seen.output.contains(/step \d+\/31000000/) && seen.output.contains("--out run --resume"), "\(seen.text)")
      }
    }

    @Test func aFolderWithoutARunIsRefused() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(["watch", "nothing"], in: folder)
        #expect(ending.status == 66 && ending.errors.contains("nothing holds no run"), "\(ending.text)")
      }
    }
  }
}
