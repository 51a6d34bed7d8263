/// A key whose values differ in two recipes.
public struct RecipeDifference: Equatable, Sendable {
  /// The dotted key.
  public let key: String
  /// Its value in this recipe, as YAML; nil if it has none.
  public let own: String?
  /// Its value in the other recipe.
  public let other: String?
}

extension Recipe {
  /// The keys that may change when a run is resumed: its length, what it records, and what it keeps in memory.
  public static let keysFreeToChange = [
    "name", "epochs", "steps", "optimizerSharding", "balance", "compareRanks", "evaluate", "stop", "restoreBest",
    "checkpoint", "record", "model.frozenCache", "data.cache", "data.threads",
  ]

  /// The first key that differs from another recipe and influences the weights. The length of the run and of the
  /// schedule are left to `firstChangedRate`.
  public func firstDifference(from other: Recipe) -> RecipeDifference? {
    let free = Recipe.keysFreeToChange + ["schedule.length"]
    func decisive(_ recipe: Recipe) -> [YAMLOutput.Entry] {
      recipe.written.filter { !free.contains($0.key) }.map { entry in
        guard case .mapping(let entries) = entry.value else { return entry }
        return YAMLOutput.Entry(
          key: entry.key, doc: entry.doc,
          value: .mapping(entries.filter { !free.contains("\(entry.key).\($0.key)") }))
      }
    }
    return difference(.mapping(decisive(self)), .mapping(decisive(other)), key: "")
  }

  /// The first key of a section that differs from another recipe; nil if none does.
  package func difference(in section: String, from other: Recipe) -> RecipeDifference? {
    func value(_ recipe: Recipe) -> YAMLOutput? { recipe.written.first { $0.key == section }?.value }
    return difference(value(self), value(other), key: section)
  }

  private func difference(_ own: YAMLOutput?, _ other: YAMLOutput?, key: String) -> RecipeDifference? {
    guard own?.flowText != other?.flowText else { return nil }
    if case .mapping(let ownEntries)? = own, case .mapping(let otherEntries)? = other {
      let keys =
        ownEntries.map(\.key) + otherEntries.map(\.key).filter { key in !ownEntries.contains { $0.key == key } }
      for name in keys {
        let values = [ownEntries, otherEntries].map { entries in entries.first { $0.key == name }?.value }
        if let found = difference(values[0], values[1], key: key.isEmpty ? name : "\(key).\(name)") { return found }
      }
    }
    return RecipeDifference(key: key, own: own?.flowText, other: other?.flowText)
  }
}
