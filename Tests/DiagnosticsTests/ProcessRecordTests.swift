import Foundation
import Testing

@testable import Diagnostics

@Suite struct ProcessRecordTests {
  private static let line =
    " S 41 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456789 10 2 18446744073709551615 1 1 0"

  @Test(arguments: ["sleep", "two words", "a) S 1 (b"]) func namesMayContainAnything(name: String) throws {
    let record = try #require(ProcessRecord("7 (\(name))" + Self.line))
    #expect(record.name == name && record.parent == 41 && record.startTime == 123_456_789)
  }

  @Test(arguments: ["", "7 (sleep", "7 (sleep) S 41", ")("]) func otherTextsAreNoRecords(text: String) {
    #expect(ProcessRecord(text) == nil)
  }

  #if os(Linux)
    @Test func thisProcessHasARecord() throws {
      let own = try #require(ProcessRecord(of: getpid()))
      #expect(own.parent == getppid() && own.startTime > 0)
      #expect(ProcessRecord(of: -1) == nil)
    }
  #endif
}
