import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Recording

/// For any contents of a run folder's files, watching the run ends in a line or a message.
@Suite struct DamagedWatchTests {
  private static let environment = #"""
    {"version":"1","started":"2026-01-01T00:00:00Z","command":["dp-train"],"ranks":2,"hosts":["a","b"],"mpi":"none",
    "instructionSet":"avx2","system":"Linux","processors":2,"machines":1,
    "course":{"steps":62,"epochs":2,"samplesPerStep":32}}
    """#
  private static let metrics = (1...62).map { step in
    #"{"accuracy":0.5,"epoch":\#(step / 32 + 1),"event":"step","gradientNorm":0.25,"loss":1.5,"samplesPerSecond":1e5,"#
      + #""step":\#(step),"waitingSeconds":0.001}"# + "\n"
      + #"{"accuracy":0.6,"epoch":1,"event":"evaluation","loss":1.5,"samples":992,"split":"test","step":\#(step)}"#
      + "\n"
  }.joined()

  @Test func everyDamageEndsInALineOrAMessage() throws {
    try withRunFolder { folder in
      var random = TestRandom(21)
      let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"
      for round in 0..<(isLong ? 5000 : 400) {
        var files = [Array(Self.environment.utf8), Array(Self.metrics.utf8)]
        files[round % 2] = random.damaged(files[round % 2])
        try Data(files[0]).write(to: URL(filePath: folder.environment))
        try Data(files[1]).write(to: URL(filePath: folder.metrics))
        do {
          let line = try RunWatch(folder, width: round % 3 == 0 ? 80 : nil).news()
          // The bar itself begins with an escape sequence.
          #expect(!line.dropFirst(4).contains("\u{1B}"))
        } catch let failure as Failure {
          #expect(failure.exitCode == .data)
        }
      }
    }
  }
}
