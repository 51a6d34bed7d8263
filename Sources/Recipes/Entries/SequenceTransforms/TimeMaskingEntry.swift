import Datasets

/// Sets spans of steps to 0.
public struct TimeMaskingEntry: SequenceTransformEntry {
  /// The number of spans.
  public var count = 1
  /// The longest span as a share of the sample's steps.
  public var share = 0.1
  /// The longest span in steps; nil for a share.
  public var steps: Int?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    TimeMasking.name, "all channels set to 0 for spans of steps", example: "count: 2, share: 0.1",
    keys: [
      RecipeKey("count", \.count, .number(.from(1, through: 1000)), "the number of spans"),
      RecipeKey("share", \.share, .number(.from(0, through: 1)), "the longest span as a share of the sample's steps"),
      RecipeKey(
        "steps", \.steps, .optional(.number(.atLeast(1))), "the longest span in steps, or none for that of share"),
    ])

  /// Makes the transform.
  public func makeTransform() -> any SequenceTransform {
    TimeMasking(count: count, limit: steps.map { .steps($0) } ?? .share(share))
  }
}
