import Diagnostics
import Layers

/// A table of vectors, looked up by index.
public struct EmbeddingEntry: LayerEntry {
  /// The number of entries.
  public var count: Int
  /// The length of each entry's vector.
  public var dimension: Int
  /// The entry that stays zero; nil for none.
  public var paddingIndex: Int?
  /// How the table is drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A table of `count` vectors of `dimension` values.
  public init(count: Int, dimension: Int) {
    self.count = count
    self.dimension = dimension
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(count: 0, dimension: 0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "embedding", "a table of vectors, looked up by an index for each step",
    example: "count: 60, dimension: 16, paddingIndex: 0",
    keys: [
      .moduleName(\.name),
      RecipeKey("count", \.count, .number(.size), required: true, "the number of entries"),
      RecipeKey("dimension", \.dimension, .number(.size), required: true, "the length of each entry's vector"),
      RecipeKey("paddingIndex", \.paddingIndex, .optional(.number(.atLeast(0))), "the entry that stays zero, or none"),
      .initialization(\.initialization),
    ])

  /// Checks that `paddingIndex` is an entry of the table.
  public func check(_ section: RecipeSection) throws {
    if let paddingIndex, paddingIndex >= count {
      throw section.conflict(
        of: ["paddingIndex", "count"],
        "\(section.naming("paddingIndex", paddingIndex)), but \(section.naming("count", count))",
        advice: "entries are numbered from 0 to \(count - 1)")
    }
  }

  /// Makes the table.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    Embedding(input: site.input, count: count, dimension: dimension, paddingIndex: paddingIndex)
  }

  /// Checks that inputs are one index per step.
  public func checkInput(_ site: LayerSite) throws {
    guard site.input.features != 1 || site.input.isImage else { return }
    throw Failure(
      .configuration, "needs one index, or one for each step, but its input is \(site.input.text)",
      advice: "an embedding is the first layer, on data of the shape samples × 1 or samples × steps × 1")
  }
}
