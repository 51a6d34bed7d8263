import Collectives

/// How gradients are rounded as they are added up.
public struct CompressionSettings: RecipeSettings {
  /// What they are rounded to.
  public var format = Compression.Format.bfloat16
  /// The most parts of a batch whose gradients are rounded each by themselves; nil for as many as there are shards.
  public var parts: Int?

  /// Every default.
  public init() {}

  /// Its keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "format",
    keys: [
      RecipeKey(
        "format", \.format, .choice,
        "what is rounded to: bfloat16, with the range of floats, or float16, more exact from 6.1e-5 to 65504, beyond which "
          + "a batch's sum is not finite"),
      RecipeKey(
        "parts", \.parts, .optional(.number(.from(1, through: 4096))),
        "at most so many parts of a batch are rounded each by themselves, which fixes the result; best as many as there are "
          + "machines; or none, for as many as there are shards"),
    ])
}

extension Compression.Format: Choice {}
