import Foundation
import Testing

@testable import Recording

/// The starts and stops of a run in `history.jsonl`.
@Suite struct RunHistoryTests {
  @Test func linesAreAddedInOrder() throws {
    try withRunFolder { folder in
      #expect(folder.readHistory().isEmpty && RunHistory.words([]) == nil)
      let start = RunHistory(.start, step: 0, ranks: 3, hosts: ["a", "a", "b"], cause: nil)
      #expect(start.hosts == ["a", "b"])
      try folder.note(start)
      #expect(RunHistory.words(folder.readHistory()) == nil)
      let stop = RunHistory(.stop, step: 1200, ranks: 3, hosts: ["a", "b"], cause: "SIGTERM")
      try folder.note(stop)
      // Scripts look for this text.
      #expect(try lines(folder.history).last?.contains(#""event":"stop""#) == true)
      let resumed = RunHistory(.start, step: 1200, ranks: 1, hosts: ["b"], cause: nil)
      try folder.note(resumed)
      let restarted = RunHistory(.start, step: 1500, ranks: 2, hosts: ["a", "b"], cause: "SIGKILL")
      try folder.note(restarted)
      #expect(folder.readHistory() == [start, stop, resumed, restarted])
      #expect(
        RunHistory.words(folder.readHistory())
          == "3: 3 ranks on a, b; from step 1,200 1 rank on b, after a stop by SIGTERM; "
          + "from step 1,500 2 ranks on a, b, after SIGKILL")
    }
  }

  @Test func aPauseOfASweepIsNoStop() throws {
    try withRunFolder { folder in
      for event in [RunHistory.Event.start, .pause, .start] {
        try folder.note(RunHistory(event, step: 5, ranks: 1, hosts: ["a"], cause: event == .pause ? "a" : nil))
      }
      #expect(try lines(folder.history)[1].contains(#""event":"pause""#))
      #expect(RunHistory.words(folder.readHistory()) == "2: 1 rank on a; from step 5 1 rank on a, after a pause")
    }
  }

  @Test func damagedLinesAreLeftOut() throws {
    try withRunFolder { folder in
      let start = RunHistory(.start, step: 0, ranks: 1, hosts: ["a"], cause: nil)
      try folder.note(start)
      let text = try String(contentsOfFile: folder.history, encoding: .utf8)
      try (text + "{\"event\":\"st").write(toFile: folder.history, atomically: true, encoding: .utf8)
      try folder.note(start)
      #expect(folder.readHistory() == [start, start])
    }
  }
}
