import Diagnostics
import Testing

@testable import Recipes

/// The least that a recipe must say, on lines 1 to 4.
let smallest = """
  model:
    layers:
      - lstm: {hiddenSize: 3}
      - linear: {outputs: 2}

  """

/// Reads `text` after the four lines of `smallest`, as the file `recipe.yaml`.
func read(_ text: String = "", _ overrides: String...) throws -> Recipe {
  try Recipe.parse(smallest + text, file: "recipe.yaml", overrides: overrides)
}

/// The failure of reading exactly `text`.
func failure(ofWhole text: String, _ overrides: String...) throws -> Failure {
  try #require(throws: Failure.self) { try Recipe.parse(text, file: "recipe.yaml", overrides: overrides) }
}

/// The failure of reading `text` after the four lines of `smallest`; its first line is line 5.
func failure(of text: String = "", _ overrides: String...) throws -> Failure {
  try #require(throws: Failure.self) {
    try Recipe.parse(smallest + text, file: "recipe.yaml", overrides: overrides)
  }
}

/// A configuration failure.
func wrong(_ message: String, _ advice: String? = nil) -> Failure {
  Failure(.configuration, message, advice: advice)
}
