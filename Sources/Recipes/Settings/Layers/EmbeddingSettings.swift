/// A table of vectors, looked up by index.
public struct EmbeddingSettings: Equatable, Sendable {
  /// The number of entries.
  public var count: Int
  /// The length of each entry's vector.
  public var dimension: Int
  /// The entry that stays zero; nil for none.
  public var paddingIndex: Int?
  /// How the table is drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// A table of `count` vectors.
  public init(count: Int, dimension: Int) {
    self.count = count
    self.dimension = dimension
  }
}

extension EmbeddingSettings: VariantSettings {
  static let name = "embedding"
  static let doc = "a table of vectors, looked up by an index for each step"

  init() { self.init(count: 0, dimension: 0) }

  static let fields: [Field<EmbeddingSettings>] = [
    Field("count", \.count, .number(.size), required: true, "the number of entries"),
    Field("dimension", \.dimension, .number(.size), required: true, "the length of each entry's vector"),
    Field("paddingIndex", \.paddingIndex, .optional(.number(.atLeast(0))), "the entry that stays zero, or none"),
    .initialization(\.initialization),
  ]

  func check(_ section: Section) throws {
    if let paddingIndex, paddingIndex >= count {
      throw section.conflict(
        of: ["paddingIndex", "count"],
        "\(section.naming("paddingIndex", paddingIndex)), but \(section.naming("count", count))",
        advice: "entries are numbered from 0 to \(count - 1)")
    }
  }
}
