import Foundation
import Testing

@testable import Diagnostics

@Suite struct SystemThreadTests {
  @Test func aThreadRunsUnderItsName() throws {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var name = ""
    try SystemThread.start("worker") {
      name = Thread.current.name ?? ""
      done.signal()
    }
    #expect(done.wait(timeout: .now() + 10) == .success && name == "worker")
  }

  @Test func aThreadThatCannotStartIsASystemFailure() {
    let failure = #expect(throws: Failure.self) {
      try SystemThread.start("worker", stackSize: 1 << 47) { Issue.record("it started") }
    }
    #expect(failure?.exitCode == .system)
    #expect(failure?.message == "the system starts no thread for \"worker\": Resource temporarily unavailable")
    #expect(failure?.advice?.isEmpty == false)
  }

  @Test func oneIsCountedInTheSingular() {
    #expect(counted(1, "rank") == "1 rank" && counted(0, "rank") == "0 ranks" && counted(2, "rank") == "2 ranks")
    #expect(counted(1, "class", "classes") == "1 class" && counted(2, "class", "classes") == "2 classes")
  }
}
