import Diagnostics
import Testing

@testable import Recipes

@Suite struct SyntaxErrorTests {
  @Test func notYAMLNamesLineAndColumn() throws {
    #expect(
      try failure(ofWhole: "name: a\nseed: 1: 2\n")
        == wrong("recipe.yaml:2:8: not valid YAML: mapping values are not allowed in this context"))
    #expect(
      try failure(ofWhole: "batch: 3\n\tshards: 1\n")
        == wrong(
          "recipe.yaml:2:1: not valid YAML: while scanning a plain scalar that starts on line 1, "
            + "found a tab character that violates indentation"))
  }

  @Test func anOpenBracketNamesWhereItStarts() throws {
    #expect(
      try failure(ofWhole: "batch: 3\ndata: {source: numpy\nshards: 1\n")
        == wrong(
          "recipe.yaml:3:7: not valid YAML: while parsing a flow mapping that starts on line 2, "
            + "did not find expected ',' or '}'"))
  }

  @Test func aForbiddenCharacterNamesItsPlace() throws {
    #expect(
      try failure(ofWhole: "batch: 3\nname: a\u{1}\n")
        == wrong("recipe.yaml:2:8: not valid YAML: control characters are not allowed"))
  }

  @Test func aSecondDocumentIsAnError() throws {
    #expect(
      try failure(ofWhole: "batch: 3\n---\nbatch: 4\n")
        == wrong(
          "recipe.yaml:2:1: not valid YAML: expected a single document in the stream, but found another document"))
  }

  @Test func aKeyGivenTwiceIsAnError() throws {
    #expect(
      try failure(of: "batch: 3\nseed: 2\nbatch: 4\n")
        == wrong("recipe.yaml:5: the key batch is given more than once in the same mapping"))
    #expect(
      try failure(of: "optimizer:\n  name: sgd\n  \"name\": sgd\n")
        == wrong("recipe.yaml:6: the key name is given more than once in the same mapping"))
  }

  @Test func aRecipeIsAMapping() throws {
    #expect(
      try failure(ofWhole: "- 1\n") == wrong("recipe.yaml: a recipe must be a mapping of keys to values, not a list"))
    #expect(
      try failure(ofWhole: "hello", "batch=3")
        == wrong("recipe.yaml: a recipe must be a mapping of keys to values, not \"hello\""))
    #expect(try failure(ofWhole: "[1]: 2\n") == wrong("recipe.yaml:1: a key must be a single word"))
  }

  @Test func aColonWithoutABlankIsReported() throws {
    #expect(try failure(ofWhole: "epochs:2\n").advice == "a blank must follow the colon: epochs: 2")
    let failure = try failure(ofWhole: "seed: 1\nepochs:2\nbatch: 3\n")
    #expect(
      failure.advice == "each line needs a key and a colon, followed by a blank, such as epochs: 2",
      "\(failure.message)")
  }

  @Test func anUndefinedAliasIsAnError() throws {
    #expect(
      try failure(ofWhole: "batch: *a\n") == wrong("recipe.yaml:1:8: not valid YAML: found undefined alias"))
  }

  @Test func aliasesCannotFillTheMemory() throws {
    var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for i in 1...9 {
      text += "a\(i): &a\(i) [" + Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let message = try failure(ofWhole: text).message
    #expect(message.hasSuffix("the recipe has more than 100000 values"))
  }
}
