import Foundation

extension Recipe {
  /// Every key of a recipe's file with its value, also within lists: `model.layers.0.lstm.hiddenSize`.
  ///
  /// The file may be of another version: if this one cannot read it, its keys are as they are written there, and `isWhole` is
  /// false, since keys that it lacks have no known value.
  /// - Throws: `Failure` (noInput, configuration) if the file is missing or is no YAML.
  package static func leaves(
    ofFile path: String
  ) throws -> (leaves: [(key: String, value: String)], isWhole: Bool) {
    let recipe: Recipe
    do {
      recipe = try load(path)
    } catch {
      guard let bytes = FileManager.default.contents(atPath: path) else { throw error }
      return (try leaves(of: String(decoding: bytes, as: UTF8.self), file: path), false)
    }
    return (try leaves(of: recipe.resolvedYAML(), file: path), true)
  }

  private static func leaves(of text: String, file: String) throws -> [(key: String, value: String)] {
    let document = try RecipeSection(try YAMLNode.parse(text, file: file), path: "")
    return document.entries.flatMap { $0.value.leaves(under: $0.key) }
  }
}

extension YAMLNode {
  /// The scalars within, each with its dotted key; a list of scalars is one value.
  fileprivate func leaves(under key: String) -> [(key: String, value: String)] {
    switch content {
    case .scalar(let text, _): return [(key, isEmpty ? "none" : text)]
    case .mapping(let entries): return entries.flatMap { $0.value.leaves(under: "\(key).\($0.key)") }
    case .list(let items):
      let texts = items.compactMap(\.text)
      guard texts.count < items.count else { return [(key, "[\(texts.joined(separator: ", "))]")] }
      return items.enumerated().flatMap { $1.leaves(under: "\(key).\($0)") }
    }
  }
}
