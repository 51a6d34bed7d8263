import Diagnostics

/// A mapping of the recipe while it is read: its keys and values, and where they were given.
public struct RecipeSection: Sendable {
  /// The dotted key of the mapping; empty for the whole recipe.
  public let path: String
  /// The place to name if a key is missing.
  let place: Place
  /// The keys and values given.
  let entries: [YAMLNode.Entry]
  /// Valid keys that do not belong to the settings themselves.
  var otherKeys: [String] = []
  /// Advice on an unknown key that is valid elsewhere.
  var hint: @Sendable (_ key: String) -> String? = { _ in nil }

  /// A section with these entries.
  init(path: String, place: Place, entries: [YAMLNode.Entry]) {
    self.path = path
    self.place = place
    self.entries = entries
  }

  /// Reads a mapping; a key without a value is an empty one. Messages show `example` as a correct one.
  init(_ node: YAMLNode, path: String, example: String? = nil) throws {
    if node.isEmpty {
      self.init(path: path, place: node.place, entries: [])
    } else if case .mapping(let entries) = node.content {
      self.init(path: path, place: node.place, entries: entries)
    } else {
      let subject = path.isEmpty ? "a recipe" : path
      throw node.place.failure(
        "\(subject) must be \(ValueShape.section([], short: nil).noun), not \(node.named)",
        advice: example.map { "for example \(path.split(separator: ".").last ?? ""): \($0)" }
          ?? RecipeSection.unspacedColon(node))
    }
  }

  /// Advice on `epochs:2`, which YAML reads as one word.
  private static func unspacedColon(_ node: YAMLNode) -> String? {
    guard let text = node.text, let colon = text.firstIndex(of: ":"), !text.contains("\n") else { return nil }
    return "a blank must follow the colon: \(text[...colon]) \(text[text.index(after: colon)...])"
  }

  /// The value given for a key.
  subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }

  /// The dotted path of a key.
  public func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// A key's value and origin, for messages about several keys: "shards is 8 (recipe.yaml:6)".
  func naming(_ key: String, _ value: some RecipeNumber) -> String { naming(key, text: value.recipeText) }

  /// The same for a value as text.
  func naming(_ key: String, text: String) -> String {
    "\(path(of: key)) is \(text) (\(self[key]?.place.description ?? "by default"))"
  }

  /// The failure for keys that contradict each other, at the place of the first one given.
  public func conflict(of keys: [String], _ message: String, advice: String) -> Failure {
    let place = keys.lazy.compactMap { self[$0]?.place }.first ?? place
    return place.failure(message, advice: advice)
  }

  /// Throws for the first key that is not in `names`; `moved` says what replaces a former key.
  func checkKeys(_ names: [String], moved: [String: String]) throws {
    let valid = otherKeys + names
    guard let unknown = entries.first(where: { !valid.contains($0.key) }) else { return }
    let usual = FamiliarKeys.ours(for: unknown.key)
    let meant = FamiliarKeys.key(for: unknown.key, among: valid).map { "did you mean \(path(of: $0))?" }
    let nearest = nearestName(to: usual, among: valid).map { "did you mean \(path(of: $0))?" }
    let list = valid.isEmpty ? "\(path) has no keys" : "valid keys: \(valid.joined(separator: ", "))"
    throw unknown.value.place.failure(
      "unknown key \(path(of: unknown.key))", advice: moved[unknown.key] ?? meant ?? hint(usual) ?? nearest ?? list)
  }
}
