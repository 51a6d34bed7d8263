/// How a recipe writes settings: their name, if they are chosen by one, and their keys.
public struct RecipeForm<Settings: RecipeSettings>: Sendable {
  /// The name that chooses an entry; empty for a section, which is called as the key that holds it.
  let name: String
  /// One line on what an entry is.
  let doc: String
  /// An entry's keys with values as a recipe may have them, for the reference; nil for the name alone.
  let example: String?
  /// The key whose value may stand in place of the whole mapping, since it can mean nothing else: `linear: 10`.
  let short: String?
  /// Keys that stood here once, each with what to write instead.
  let moved: [String: String]
  /// The keys, in the order in which they are written.
  let keys: [RecipeKey<Settings>]

  /// The form of an entry.
  /// - Parameters:
  ///   - name: small letters, digits and hyphens.
  ///   - doc: one line on what it is.
  ///   - example: keys with values, `factor: 2`, for the reference.
  ///   - short: the key whose value may stand in place of the mapping of all keys, `name: value`.
  ///   - moved: keys that stood here once, each with what to write instead.
  ///   - keys: the keys, in the order in which they are written.
  public init(
    _ name: String, _ doc: String, example: String? = nil, short: String? = nil, moved: [String: String] = [:],
    keys: [RecipeKey<Settings>] = []
  ) {
    (self.name, self.doc, self.example) = (name, doc, example)
    (self.short, self.moved, self.keys) = (short, moved, keys)
  }

  /// The form of a section, whose name and meaning the key tells that holds it.
  public init(short: String? = nil, keys: [RecipeKey<Settings>]) { self.init("", "", short: short, keys: keys) }
}
