import TestSupport
import Testing

@testable import Recipes

/// Names in a recipe are read back from the written recipe, and its own name can be a file's.
@Suite struct NastyNamesTests {
  @Test func pathsAreReadBack() throws {
    var random = TestRandom(71)
    for _ in 0..<300 {
      var recipe = try read("data: {source: numpy, train: x.npz}")
      var data = try #require(recipe.data as? NumPyEntry)
      // Foundation drops a byte-order mark at the beginning of a text.
      data.train = "x" + random.nastyText()
      recipe.data = data
      let again = try #require(try Recipe.parse(recipe.resolvedYAML(), file: "x.yaml").data as? NumPyEntry)
      #expect(Array(again.train.unicodeScalars) == Array(data.train.unicodeScalars))
    }
  }

  /// Scalars are checked one by one, so that combining ones hide nothing.
  @Test(arguments: ["\u{0D4E}<", "a\u{200D}'", "a'\u{301}", "\u{0D4E}/", "x\u{1B}", "é\u{202E}", "a b", ".a", ""])
  func namesWithHiddenCharactersAreRefused(name: String) {
    #expect(throws: (any Error).self) { try read("name: \(YAMLOutput.quotedIfNeeded(name))") }
  }

  @Test(arguments: ["müller", "mu\u{308}ller", "Ω-2.b_c", "数字", "१२"])
  func lettersAndMarksAreNames(name: String) throws {
    #expect(try read("name: \(YAMLOutput.quotedIfNeeded(name))").name == name)
  }
}
