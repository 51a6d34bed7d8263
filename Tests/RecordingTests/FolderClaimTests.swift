import Diagnostics
import Foundation
import Synchronization
import Testing

@testable import Recording

/// A run folder has one owner, with and without the file system's locks.
@Suite struct FolderClaimTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "claim-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func owners(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func onlyOneOfManyTakesTheFolder() throws {
    try withFolder { folder in
      let taken = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        do {
          try FolderClaim(folder: folder, pulse: 0.02).take(waiting: 0, patience: 0.5)
          taken.withLock { $0 += 1 }
        } catch {
          #expect((error as? Failure)?.exitCode == .unavailable)
        }
      }
      #expect(taken.withLock { $0 } == 1)
    }
  }

  @Test func anAbandonedFolderIsTakenOver() throws {
    try withFolder { folder in
      _ = FileManager.default.createFile(atPath: folder + "/.owner-3", contents: Data("elsewhere/1234 77 8 5\n".utf8))
      try FolderClaim(folder: folder, pulse: 0.02).take(waiting: 0, patience: 0.2)
      #expect(try owners(folder) == [".owner-4"])
    }
  }

  @Test func aGrowingCountKeepsOthersOut() throws {
    try withFolder { folder in
      let file = folder + "/.owner-1"
      _ = FileManager.default.createFile(atPath: file, contents: Data("elsewhere/1234 77 8 1\n".utf8))
      let isOver = Mutex(false)
      let done = DispatchSemaphore(value: 0)
      DispatchQueue.global().async {
        for count in 2... {
          if isOver.withLock({ $0 }) { break }
          try? Data("elsewhere/1234 77 8 \(count)\n".utf8).write(to: URL(filePath: file))
          usleep(20_000)
        }
        done.signal()
      }
      let failure = #expect(throws: Failure.self) {
        try FolderClaim(folder: folder, pulse: 0.02).take(waiting: 0, patience: 5)
      }
      isOver.withLock { $0 = true }
      done.wait()
      #expect(failure?.exitCode == .unavailable && failure?.advice?.contains(".owner-1") == true)
    }
  }

  @Test func aFolderWithARunIsRefusedEvenIfItJustBegan() throws {
    try withFolder { path in
      let first = try RunFolder.create(name: "test", out: path)
      let second = try RunFolder.create(name: "test", out: path)
      try first.lock(resumes: false)
      let locked = #expect(throws: Failure.self) { try second.lock(resumes: false) }
      #expect(locked?.exitCode == .unavailable)
      try first.write("name: test\n", to: first.recipe)
      let waiting = #expect(throws: Failure.self) { try second.lock(resumes: true, seconds: 0.1) }
      #expect(waiting?.exitCode == .unavailable)
    }
    try withFolder { path in
      let folder = try RunFolder.create(name: "test", out: path)
      try folder.write("name: test\n", to: folder.recipe)
      #expect(throws: Failure.self) { try folder.lock(resumes: false) }
    }
  }
}
