import Diagnostics
import Foundation
import Testing

@testable import Recipes

@Suite struct LoadingTests {
  @Test(arguments: BuiltInRecipes.all.map(\.name))
  func everyBuiltInRecipeLoadsUnderItsName(_ name: String) throws {
    #expect(try Recipe.load(name).name == name)
    #expect(try Recipe.load(name, overrides: ["seed=7"]).seed == 7)
    #expect(try !BuiltInRecipes.recipe(named: name).summary.isEmpty)
  }

  @Test func anUnknownBuiltInSuggestsTheNearest() {
    let names = BuiltInRecipes.all.map(\.name).joined(separator: ", ")
    let rest = "there are \(names); a file's name ends in .yaml or contains a /"
    #expect(
      throws: Failure(
        .usage, "there is no built-in recipe \"temporal-ordr\"", advice: "did you mean temporal-order? " + rest)
    ) { try Recipe.load("temporal-ordr") }
    #expect(throws: Failure(.usage, "there is no built-in recipe \"nothing\"", advice: rest)) {
      try Recipe.load("nothing")
    }
  }

  @Test func aFileIsRead() throws {
    try withFolder { folder in
      let path = folder.appending(path: "my.yaml").path(percentEncoded: false)
      try (smallest + "batch: 40\n").write(toFile: path, atomically: true, encoding: .utf8)
      let recipe = try Recipe.load(path, overrides: ["shards=4"])
      #expect(recipe.name == "my")
      #expect(recipe.batch == 40)
      #expect(recipe.shards == 4)
      #expect(throws: wrong("\(path):5: batch must be at least 1, not 0")) {
        try (smallest + "batch: 0\n").write(toFile: path, atomically: true, encoding: .utf8)
        return try Recipe.load(path)
      }
    }
  }

  @Test func unreadableFilesAreNamed() throws {
    let missing = try #require(throws: Failure.self) { try Recipe.load("missing.yaml") }
    #expect(missing.exitCode == .noInput && missing.message == "missing.yaml: there is no such recipe file")
    #expect(missing.advice?.contains(FileManager.default.currentDirectoryPath) == true)
    try withFolder { folder in
      let path = folder.path(percentEncoded: false)
      #expect(throws: Failure(.noInput, "\(path): this is a folder, not a recipe file")) { try Recipe.load(path) }
      let file = folder.appending(path: "binary.yaml")
      try Data([0x61, 0xFF, 0xFE]).write(to: file)
      let name = file.path(percentEncoded: false)
      let binary = try #require(throws: Failure.self) { try Recipe.load(name) }
      #expect(binary.exitCode == .configuration && binary.message == "\(name): the recipe is not UTF-8 text")
    }
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "recipes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }
}
