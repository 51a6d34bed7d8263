import Diagnostics
import Foundation
import Testing

@testable import Recording

/// Links in a prepared folder do not make a run overwrite other files.
@Suite struct PreparedFolderTests {
  @Test(arguments: ["metrics.jsonl", "metrics.csv", "distributions.jsonl"])
  func noFileIsWrittenThroughALink(name: String) throws {
    try withRunFolder { folder in
      let other = folder.path + "-other"
      defer { try? FileManager.default.removeItem(atPath: other) }
      try "precious\n".write(toFile: other, atomically: true, encoding: .utf8)
      try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: other)
      let failure = #expect(throws: Failure.self) {
        _ = try Run(overrides: ["steps=1", "data.testSize=8"]).train(into: folder)
      }
      #expect(failure?.exitCode == .cannotCreate && failure?.message.contains("\(name): it is a symbolic link") == true)
      #expect(try String(contentsOfFile: other, encoding: .utf8) == "precious\n")
    }
  }

  @Test func theLockIsNotMadeThroughALink() throws {
    try withRunFolder { folder in
      let other = folder.path + "-other"
      try FileManager.default.createDirectory(atPath: folder.checkpoints, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: folder.checkpoints + "/.lock", withDestinationPath: other)
      #expect(throws: Failure.self) { try folder.lock(resumes: false) }
      #expect(!FileManager.default.fileExists(atPath: other))
    }
  }
}
