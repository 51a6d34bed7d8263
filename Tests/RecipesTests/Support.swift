import Diagnostics
import Testing

@testable import Recipes

/// A minimal recipe, on lines 1 to 4.
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

/// Whether both have the same type and text.
func == (a: (any RecipeEntry)?, b: (any RecipeEntry)?) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return a.isEqual(to: b)
}

/// Whether the layers are the same, one by one.
func == (a: [any LayerEntry], b: [any LayerEntry]) -> Bool { a.elementsEqual(b) { $0.isEqual(to: $1) } }

extension EntryKind {
  /// One entry of each type, with every default.
  var defaults: [Entry] { types.compactMap { $0.init() as? Entry } }
}

/// Whether all properties are equal to the last digit, which is more than equal text.
func isIdentical(_ a: Recipe, _ b: Recipe) -> Bool {
  func values(_ recipe: Recipe) -> [String] {
    Mirror(reflecting: recipe).children.filter { $0.label != "origin" }.map { String(reflecting: $0.value) }
  }
  return values(a) == values(b)
}
