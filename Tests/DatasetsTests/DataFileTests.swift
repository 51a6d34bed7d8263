import Datasets
import Diagnostics
import Formats
import Foundation
import Testing

@Suite struct DataFileTests {
  @Test func aFileIsKnownByItsContents() throws {
    try withFolder { folder in
      let path = "\(folder)/t.csv"
      try write("1,2", to: path)
      let first = try DataFile(path: path)
      #expect(try first.bytes == 3 && first.sha256 == sha256(ofFile: path))
      try write("1,2", to: path)
      #expect(try DataFile.change(from: [first], to: [DataFile(path: path)]) == nil)
      try write("1,3", to: path)
      let now = try DataFile(path: path)
      #expect(DataFile.change(from: [first], to: [now])?.hasPrefix("\(path) changed since the run began: ") == true)
      // A file more or less is a change, too.
      #expect(DataFile.change(from: [], to: [now])?.hasPrefix("\(path) changed") == true)
      #expect(DataFile.change(from: [now], to: [])?.hasPrefix("\(path) changed") == true)
      let failure = try #require(throws: Failure.self) { try DataFile(path: "\(folder)/none.csv") }
      #expect(failure.exitCode == .noInput && failure.message.contains("none.csv"))
    }
  }

  @Test func aFolderIsKnownByNamesAndSizes() throws {
    try withFolder { folder in
      func put(_ text: String, _ name: String) throws -> DataFile {
        try FileManager.default.createDirectory(atPath: "\(folder)/pics/a", withIntermediateDirectories: true)
        try write(text, to: "\(folder)/pics/a/\(name)")
        return try DataFile(path: "\(folder)/pics")
      }
      let first = try put("12", "1.png")
      #expect(try first.bytes == 2 && put("34", "1.png") == first)
      #expect(try put("123", "1.png") != first)
      #expect(try put("12", "1.png") == first && put("x", ".DS_Store") == first)
      let two = try put("12", "1.png")
      #expect(try two == first && put("", "2.png") != first)
    }
  }
}
