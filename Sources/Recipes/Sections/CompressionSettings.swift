import Collectives

/// How gradients are rounded before machines exchange them.
public struct CompressionSettings: RecipeSettings {
  /// The 16-bit format.
  public var format = Compression.Format.bfloat16
  /// The most parts of a batch that are rounded separately; nil for as many as there are shards.
  public var parts: Int?

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "format",
    keys: [
      RecipeKey(
        "format", \.format, .choice,
        "the 16-bit format: bfloat16, with the range of floats, or float16, more exact from 6.1e-5 to 65504 but "
          + "not finite beyond"),
      RecipeKey(
        "parts", \.parts, .optional(.number(.from(1, through: 4096))),
        "the most parts of a batch that are rounded separately, which fixes the result; best the number of machines; "
          + "or none for the number of shards"),
    ])
}

extension Compression.Format: Choice {}
