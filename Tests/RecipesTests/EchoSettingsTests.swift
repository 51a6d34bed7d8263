import Datasets
import Testing

@testable import Recipes

@Suite struct EchoSettingsTests {
  @Test func rangesAreReadAndWritten() throws {
    let recipe = try read("data: {source: echo, delay: 0-8, length: 20, testLengths: 15-25}\n")
    var echo = EchoEntry()
    echo.delay = 0...8
    echo.length = 20...20
    #expect(recipe.data == echo)
    #expect(recipe.resolvedYAML().contains("delay: 0-8\n") && recipe.resolvedYAML().contains("length: 20\n"))
    #expect(try Recipe.parse(recipe.resolvedYAML(), file: "recipe.yaml") == recipe)
    #expect(try read("data: {source: echo, delay: 0-8}\n") != read("data: {source: echo}\n"))
  }

  @Test(arguments: [
    ("delay=8-0", "data.delay must begin with the smaller number, not \"8-0\""),
    ("delay=-1", "data.delay must be a whole number, or two such as 1-5 for all between, not -1"),
    ("length=1", "data.length must be from 2 to 1000000, not 1"),
    ("length=many", "data.length must be a whole number, or two such as 3-7 for all between, not \"many\""),
  ])
  func invalidRangesAreRefused(change: String, message: String) throws {
    #expect(
      try failure(of: "data: {source: echo}\n", "data.\(change)").message == "command line: data.\(change): \(message)")
  }

  @Test func stringsMustBeLongerThanTheDelay() throws {
    let found = try failure(of: "data: {source: echo, delay: 0-15}\n")
    #expect(
      found.message
        == "recipe.yaml:5: data.length begins at 15, but a delay of 15 steps leaves no letter of so short a string to echo"
    )
    #expect(try failure(of: "data: {source: echo-binary, delay: 10, chunks: 1}\n").message.contains("data.chunks is 1"))
  }
}
