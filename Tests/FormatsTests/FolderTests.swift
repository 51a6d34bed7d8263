import Diagnostics
import Foundation
import Formats
import Testing

@Suite struct FolderTests {
  @Test("names come in the order of their bytes, without hidden ones")
  func names() throws {
    try withTemporaryFolder { folder in
      let names = ["b", "a10", "a2", "A", "ä", "z", "a", "10", "~"]
      for name in names + [".hidden", "..2"] { try Data().write(to: URL(filePath: "\(folder)/\(name)")) }
      try FileManager.default.createDirectory(atPath: "\(folder)/inner", withIntermediateDirectories: false)
      #expect(try shownNames(inFolder: folder) == ["10", "A", "a", "a10", "a2", "b", "inner", "z", "~", "ä"])
      #expect(try shownNames(inFolder: "\(folder)/inner") == [])
    }
  }

  @Test("what is no folder is named")
  func noFolder() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(filePath: "\(folder)/file"))
      for (name, reason) in [("file", "Not a directory"), ("none", "No such file or directory")] {
        expectFailure(.noInput, "\(folder)/\(name) cannot be read: \(reason)") {
          _ = try shownNames(inFolder: "\(folder)/\(name)")
        }
      }
    }
  }
}
