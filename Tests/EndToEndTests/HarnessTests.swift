import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// The tests' helpers: hangs are detected and leave nothing behind.
  struct HarnessTests {
    @Test func aProcessThatHangsIsEndedWithItsChildren() throws {
      try Folder.temporary { folder in
        let script = "sleep 50 & echo $! > child; wait"
        #expect(throws: Hang.self) { try Program.start("/bin/sh", ["-c", script], in: folder, limit: 0.5) }
        let text = try folder.text("child").trimmingCharacters(in: .whitespacesAndNewlines)
        let child = try #require(Int32(text))
        // An ended child may stay a moment until its new parent has seen it.
        waitUntil { !isRunning(child) }
        #expect(!isRunning(child))
      }
    }

    @Test func statusAndBothOutputsAreReturned() throws {
      try Folder.temporary { folder in
        let ending = try Program.start("/bin/sh", ["-c", "echo out; echo err >&2; exit 7"], in: folder)
        #expect(ending.status == 7 && ending.output == "out\n" && ending.errors == "err\n")
      }
    }

    private func isRunning(_ process: Int32) -> Bool {
      // A zombie still accepts signals.
      guard kill(process, 0) == 0 else { return false }
      let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      return state?.contains(") Z ") != true
    }
  }
}
