import Datasets

/// Adds noise to each value.
public struct JitterEntry: SequenceTransformEntry {
  /// The deviation of the noise.
  public var sigma = 0.03

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    Jitter.name, "noise added to each value", example: "sigma: 0.03", short: "sigma",
    keys: [RecipeKey("sigma", \.sigma, .number(.atLeast(0)), "the deviation of the noise")])

  /// Makes the transform.
  public func makeTransform() -> any SequenceTransform { Jitter(sigma: sigma) }
}
