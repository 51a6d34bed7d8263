import Diagnostics
import Foundation
import Testing

@testable import Collectives

@Suite struct AvailableMemoryTests {
  /// Control groups as folders of files.
  private func withGroups(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: file)
    }
    try body(root.path)
  }

  @Test func theTightestGroupCounts() throws {
    try withGroups([
      "job/memory.max": "1000", "job/memory.current": "700",
      "job/step/memory.max": "max", "job/step/memory.current": "600",
      "job/step/task/memory.max": "900", "job/step/task/memory.current": "500",
      "job/step/task/memory.stat": "anon 300\ninactive_file 150\nactive_file 50",
    ]) { root in
      #expect(AvailableMemory.group("0::/job/step/task", root: root) == 300)
      #expect(AvailableMemory.group("0::/job/step", root: root) == 300)
      #expect(AvailableMemory.group("0::/", root: root) == nil)
      #expect(AvailableMemory.group("4:memory:/job", root: root) == nil && AvailableMemory.group("", root: root) == nil)
    }
    try withGroups([
      "a/memory.max": "900", "a/memory.current": "800", "a/memory.stat": "anon 700\ninactive_file 50",
    ]) { #expect(AvailableMemory.group("0::/a", root: $0) == 150) }
  }

  @Test func whatIsNotThereIsRefused() throws {
    try AvailableMemory.check(0)
    try AvailableMemory.check(-5)
    try AvailableMemory.$most.withValue(3 << 20) {
      try AvailableMemory.check(1 << 20)
      let failure = #expect(throws: Failure.self) { try AvailableMemory.check(5 << 20) }
      #expect(failure?.message == "not enough memory: 5 MiB more are needed, and 3 MiB are available")
      #expect(failure?.exitCode == .system)
    }
  }
}
