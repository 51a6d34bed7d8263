import Diagnostics
import Testing

@testable import Recipes

@Suite struct TarEntryTests {
  private func entry(_ keys: String) throws -> TarEntry {
    try #require(try read("data: {source: tar, \(keys)}\n").data as? TarEntry)
  }

  @Test func tarFilesAreOnePatternOrSeveral() throws {
    #expect(try entry("train: \"a-{0..3}.tar\"").train == ["a-{0..3}.tar"])
    let several = try entry("train: [a.tar, \"b-*.tar\"], test: c.tar, input: [left.jpg, png], target: json:label")
    #expect(
      several.train == ["a.tar", "b-*.tar"] && several.test == ["c.tar"] && several.input == ["left.jpg", "png"])
    #expect(several.path(of: .test) == "c.tar" && several.classSource == "{a.tar,b-*.tar}")
    #expect(try read("data: a.tar\n") == read("data: {source: tar, train: a.tar}\n"))
  }

  @Test(arguments: [
    (
      "train: a.tar, target: png", "recipe.yaml:5: data.target cannot be \"png\"",
      "it must be cls, txt, npy or json:KEY"
    ),
    (
      "train: a.tar, target: json", "recipe.yaml:5: data.target cannot be \"json\"",
      "name the key in the object: json:label"
    ),
    (
      "train: a.tar, shuffle: false, shuffleWindow: 3",
      "recipe.yaml:5: data.shuffleWindow is 3 (recipe.yaml:5), but samples keep their order, since shuffle is false",
      "leave one of them out"
    ),
    (
      "train: a.tar, classes: [a, b, a]",
      "recipe.yaml:5: data.classes has the class \"a\" twice, for the indices 0 and 2",
      "each class has a name of its own"
    ),
    ("train: {a: b}", "recipe.yaml:5: data.train must be text or a list, not a mapping", nil),
  ])
  func whatCannotBeIsRefused(keys: String, message: String, advice: String?) throws {
    #expect(try failure(of: "data: {source: tar, \(keys)}\n") == wrong(message, advice))
  }

  @Test func classesOfOtherSourcesAreNamedOnce() throws {
    #expect(
      try failure(of: "data: {source: idx, folder: f, classNames: [a, a]}\n")
        == wrong(
          "recipe.yaml:5: data.classNames has the class \"a\" twice, for the indices 0 and 1",
          "each class has a name of its own"))
  }

  @Test func aWindowIsOfTarFilesAlone() throws {
    #expect(try entry("train: a.tar, shuffleWindow: 4").shuffleWindow == 4)
    let refused = try failure(of: "data: {source: csv, train: t.csv, shuffleWindow: 4}\n")
    #expect(refused.message == "recipe.yaml:5: unknown key data.shuffleWindow")
    #expect(refused.advice == "csv has no such key; it belongs to source: tar")
  }
}
