import Foundation
import Formats
import Testing

@Suite struct AtomicFileTests {
  private struct Interruption: Error {}

  @Test("a file is created and replaced, and nothing else is left in its folder")
  func writing() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try AtomicFile.write(Array("first, longer".utf8), to: path)
      try AtomicFile.write(Data("second".utf8), to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
      try AtomicFile.write([UInt8](), to: path)
      #expect(try Data(contentsOf: URL(filePath: path)).isEmpty)
    }
  }

  @Test("pieces are joined in order")
  func pieces() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try AtomicFile.write(to: path) { append in
        for piece in ["one ", "", "two"] { try Array(piece.utf8).withUnsafeBytes(append) }
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "one two")
    }
  }

  @Test("an interruption leaves the old file and nothing else")
  func interruption() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try AtomicFile.write(Array("old".utf8), to: path)
      #expect(throws: Interruption.self) {
        try AtomicFile.write(to: path) { append in
          try Array("new".utf8).withUnsafeBytes(append)
          throw Interruption()
        }
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
  }

  @Test("what killed processes left long ago is removed, but not what is in use or another's")
  func abandoned() throws {
    try withTemporaryFolder { folder in
      for name in [".dp-train-1.tmp", ".dp-train-2.tmp", ".dp-train-3.tmp", ".dp-train-4.unpacked", "5.tmp"] {
        try Data([1]).write(to: URL(filePath: "\(folder)/\(name)"))
        let hours: Double = name == ".dp-train-2.tmp" ? 0 : 2
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)], ofItemAtPath: "\(folder)/\(name)")
      }
      let inUse = try FileHandle(forWritingTo: URL(filePath: "\(folder)/.dp-train-3.tmp"))
      #expect(flock(inUse.fileDescriptor, LOCK_EX) == 0)
      try AtomicFile.write([1], to: "\(folder)/file")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left == [".dp-train-2.tmp", ".dp-train-3.tmp", "5.tmp", "file"])
    }
  }

  @Test("a path without a folder means the current one")
  func relative() throws {
    let name = "dp-train-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try AtomicFile.write([1, 2], to: name)
    #expect(FileManager.default.contents(atPath: name) == Data([1, 2]))
  }

  @Test("a new file has the default permissions")
  func rights() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/ours")
      #expect(FileManager.default.createFile(atPath: "\(folder)/other", contents: Data([1])))
      let rights = try ["ours", "other"].map {
        try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.posixPermissions] as? Int
      }
      #expect(rights[0] == rights[1])
    }
  }

  @Test("a file that cannot be created is named, with the reason, and nothing is left")
  func refused() throws {
    expectFailure(.cannotCreate, "'/nowhere/file'", "No such file or directory") {
      try AtomicFile.write([1], to: "/nowhere/file")
    }
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/taken", withIntermediateDirectories: false)
      expectFailure(.cannotCreate, "'\(folder)/taken'", "s a directory") {
        try AtomicFile.write([1], to: "\(folder)/taken")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
    }
  }
}
