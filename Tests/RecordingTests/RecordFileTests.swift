import Diagnostics
import Foundation
import Testing

@testable import Recording

/// Files of a run that cannot be read, and why.
@Suite struct RecordFileTests {
  private func failure<Result>(_ body: () throws -> Result) throws -> Failure {
    try #require(throws: Failure.self) { _ = try body() }
  }

  @Test func aFolderInTheirPlaceIsNamed() throws {
    try withRunFolder { folder in
      let sweep = SweepFolder(path: folder.path)
      for path in [folder.dataFacts, folder.environment, sweep.plan, folder.path + "/results/0001-0.json"] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      var known: Set<String> = []
      for (path, found) in [
        (folder.dataFacts, try failure { try folder.readDataFacts() }),
        (folder.environment, try failure { try folder.readEnvironment() }),
        (sweep.plan, try failure { try sweep.readPlan() }),
        (folder.path + "/results/0001-0.json", try failure { try sweep.readResults(besides: &known) }),
      ] {
        #expect(found.exitCode == .noInput && found.message == "cannot read \(path): Is a directory", "\(found)")
      }
    }
  }

  @Test func aMissingFileIsNamed() throws {
    try withRunFolder { folder in
      let found = try failure { try folder.readDataFacts() }
      #expect(found.message == "cannot read \(folder.dataFacts): No such file or directory")
    }
  }

  @Test func anEmptyRecipeIsNamed() throws {
    try withRunFolder { folder in
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      try folder.checkRecipe()
      try folder.write("epochs: 1\n", to: folder.recipe)
      try folder.checkRecipe()
      for text in ["", " \n\n"] {
        try folder.write(text, to: folder.recipe)
        let found = try failure { try folder.checkRecipe() }
        #expect(found.exitCode == .data && found.message == "\(folder.recipe) is empty", "\(found)")
      }
    }
  }
}
