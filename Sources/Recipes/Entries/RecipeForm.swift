/// How a recipe writes settings: the name that chooses them, if any, and their keys.
public struct RecipeForm<Settings: RecipeSettings>: Sendable {
  /// The name that chooses an entry; empty for a section, whose key names it.
  let name: String
  /// One line that describes an entry.
  let doc: String
  /// An entry's example keys and values, for the reference; nil for the name alone.
  let example: String?
  /// The key whose value may stand for the whole mapping, as in `linear: 10`.
  let short: String?
  /// Former keys, each with what to write instead.
  let moved: [String: String]
  /// The keys, in the order in which they are written.
  let keys: [RecipeKey<Settings>]

  /// The form of an entry.
  /// - Parameters:
  ///   - name: lower-case letters, digits and hyphens.
  ///   - doc: one line that describes the entry.
  ///   - example: keys with values, such as `factor: 2`, for the reference.
  ///   - short: the key whose value may stand for the mapping of all keys: `name: value`.
  ///   - moved: former keys, each with what to write instead.
  ///   - keys: the keys, in the order in which they are written.
  public init(
    _ name: String, _ doc: String, example: String? = nil, short: String? = nil, moved: [String: String] = [:],
    keys: [RecipeKey<Settings>] = []
  ) {
    (self.name, self.doc, self.example) = (name, doc, example)
    (self.short, self.moved, self.keys) = (short, moved, keys)
  }

  /// The form of a section; the key that holds it gives its name and meaning.
  public init(short: String? = nil, keys: [RecipeKey<Settings>]) { self.init("", "", short: short, keys: keys) }
}
